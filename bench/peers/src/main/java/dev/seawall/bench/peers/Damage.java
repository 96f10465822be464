// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// One way in which the bytes of a closed log go wrong on the disk. The place is found by looking
/// for a payload in the log's files, so that it is the same for every format.
enum Damage {
  PAYLOAD("one bit in the payload of a record in the middle", 500, 600, 1),
  HEADER("one bit in what stands 6 bytes in front of that payload", 500, -6, 1),
  LAST("one bit in the payload of the last record", 999, 600, 1),
  BLOCK("the 4 KiB block of that payload zeroed, as by a write that was lost", 500, 600, 4096);

  /// How many records the log has; all payloads differ.
  static final int RECORDS = 1000;

  static final int PAYLOAD_BYTES = 1024;

  private final String title;
  private final int slot;
  private final int distance;
  private final int length;

  Damage(String title, int slot, int distance, int length) {
    this.title = title;
    this.slot = slot;
    this.distance = distance;
    this.length = length;
  }

  String title() {
    return title;
  }

  /// Damages the log in a directory. Formats may cut a record into pieces or keep the last one
  /// elsewhere: then an earlier one is taken.
  ///
  /// @throws IOException when no payload is in any file as it was appended
  void apply(Path directory, byte[][] payloads) throws IOException {
    for (int tried = slot; tried > slot - 20; tried--) {
      for (Path file : files(directory)) {
        byte[] bytes = Files.readAllBytes(file);
        int found = find(bytes, payloads[tried]);
        if (found >= 0) {
          damage(bytes, found + distance);
          Files.write(file, bytes);
          return;
        }
      }
    }
    throw new IOException("no payload around " + slot + " is in any file of " + directory);
  }

  private void damage(byte[] bytes, int position) {
    if (length == 1) {
      bytes[position] ^= 0x10;
    } else {
      int start = position / length * length;
      Arrays.fill(bytes, start, Math.min(start + length, bytes.length), (byte) 0);
    }
  }

  /// Finds the first place of a payload whose bytes are random.
  private static int find(byte[] bytes, byte[] payload) {
    for (int start = 0; start <= bytes.length - payload.length; start++) {
      if (bytes[start] == payload[0]
          && bytes[start + 9] == payload[9]
          && Arrays.equals(bytes, start, start + payload.length, payload, 0, payload.length)) {
        return start;
      }
    }
    return -1;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
