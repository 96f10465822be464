// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.frame.FrameKey;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// How a segment is prepared beside the appends that need the disk too.
final class SegmentPoolTest {
  private static final Path DIRECTORY = Path.of("/data/log");
  private static final int SEGMENT_BYTES = 4 << 20;
  private static final int HEADER_WRITES = 1;

  private final SimMachine machine = new SimMachine(Seed.of(1));

  @Test
  void piecesAreSmallUntilSomebodyWaitsAndAgainWhenNobodyDoes() throws StorageException {
    machine.files().createDirectories(DIRECTORY);
    try (IoQueue queue = machine.files().newQueue();
        SegmentPool pool = pool(queue)) {
      pool.want(1);
      long gentle = prepare(pool);
      assertThat(gentle).isEqualTo(SEGMENT_BYTES / (256 << 10) + HEADER_WRITES);
      take(pool);

      assertThat(pool.take(0)).isNull();
      long hasty = prepare(pool);
      assertThat(hasty).isEqualTo(SEGMENT_BYTES / (2 << 20) + HEADER_WRITES);
      take(pool);

      pool.want(1);
      assertThat(prepare(pool)).as("the last one was waited for").isEqualTo(hasty);
      take(pool);

      pool.want(1);
      assertThat(prepare(pool)).as("nobody waited").isEqualTo(gentle);
    }
  }

  private SegmentPool pool(IoQueue queue) {
    return new SegmentPool(
        new SegmentFiles(machine.files(), DIRECTORY, "seawall"),
        machine.machine(),
        queue,
        new FrameKey(1, 2, 3),
        0,
        SEGMENT_BYTES,
        SEGMENT_BYTES,
        0,
        () -> {});
  }

  /// Returns the number of writes.
  private long prepare(SegmentPool pool) {
    long before = machine.disk().operations(Verb.WRITE);
    while (pool.hasWork()) {
      pool.step();
    }
    return machine.disk().operations(Verb.WRITE) - before;
  }

  private static void take(SegmentPool pool) throws StorageException {
    Objects.requireNonNull(pool.take(0), "nothing is ready").file().close();
  }
}
