// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The floor is honest: it keeps what it says, over and behind its zeroed part, and its checksum
/// bites.
final class FloorPeerTest {
  @TempDir private Path directory;

  private final Payloads payloads = new Payloads(7, 1, 1024);

  private void append(long records) throws Exception {
    FloorPeer peer = new FloorPeer(1 << 20);
    peer.open(directory, true);
    try (peer;
        Peer.Writer writer = peer.writer()) {
      for (int i = 0; i < records; i++) {
        writer.append(payloads.of(0)[i % payloads.of(0).length]);
      }
    }
  }

  @Test
  void recordsBeyondTheZeroedPartAreReadBack() throws Exception {
    append(1500);
    Checker checker = new Checker(payloads);
    new FloorPeer(0).readBack(directory, checker);
    checker.finish(new long[] {1500});
  }

  @Test
  void aFlippedBitIsFound() throws Exception {
    append(100);
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("floor.log").toFile(), "rw")) {
      file.seek(50_000);
      int value = file.read();
      file.seek(50_000);
      file.write(value ^ 1);
    }
    assertThatThrownBy(() -> new FloorPeer(0).readBack(directory, new Checker(payloads)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("wrong checksum");
  }
}
