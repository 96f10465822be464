// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageFile;
import dev.seawall.testkit.Verb;
import dev.seawall.wal.Durability;
import dev.seawall.wal.SimLog;
import dev.seawall.wal.WriteAheadLog;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Frames from a window that moves, over blocks that cannot be read and frames longer than it.
class FrameWindowTest {
  /// Returns how many records stand in a file, counted by steps over everything that is none.
  private static int records(SimLog sim, Path path, FrameWindow window) throws Exception {
    SegmentSteps steps =
        new SegmentSteps(window, new Chain(1), sim.machine.disk().files().get(path));
    int records = 0;
    for (SegmentSteps.Step step = steps.next();
        step != SegmentSteps.Step.END;
        step = steps.next()) {
      if (step == SegmentSteps.Step.FRAME && steps.frame().type().name().equals("RECORD")) {
        records++;
      }
    }
    return records;
  }

  @Test
  void aBlockThatCannotBeReadCostsTheFramesInItOnly() throws Exception {
    SimLog sim = new SimLog(1).filled(40);
    Path path = sim.segments().getFirst();
    SegmentFiles files = new SegmentFiles(sim.machine.files(), SimLog.DIRECTORY, "seawall");
    try (IoQueue queue = sim.machine.files().newQueue();
        StorageFile file = sim.machine.files().open(path, FileSystem.OpenMode.READ, queue);
        LogPlan plan = LogPlan.of(files);
        FrameWindow window =
            new FrameWindow(
                file,
                plan.tail().header().key(),
                plan.tail().header().number(),
                file.size(),
                FrameWindow.WINDOW_BYTES)) {
      AtomicInteger block = new AtomicInteger();
      sim.machine.disk().failNext(Verb.READ, read -> true);
      sim.machine.disk().failNext(Verb.READ, read -> block.incrementAndGet() == 3);
      assertThat(records(sim, path, window)).isBetween(34, 38);
      assertThat(window.takeUnreadable()).hasMessageContaining("simulated");
      assertThat(window.takeUnreadable()).isNull();
      window.forget();
      assertThat(records(sim, path, window)).isEqualTo(40);
    }
  }

  @Test
  void aFrameLongerThanTheWindowIsReadWhole() throws Exception {
    SimLog sim = new SimLog(2);
    byte[] large = new byte[100_000];
    large[99_999] = 7;
    try (WriteAheadLog log = sim.write()) {
      log.append(SimLog.payload(1));
      log.append(large, Durability.SYNCED);
      log.append(SimLog.payload(3));
    }
    for (Path path : sim.segments()) {
      SegmentFiles files = new SegmentFiles(sim.machine.files(), SimLog.DIRECTORY, "seawall");
      DirectoryLook look;
      try (IoQueue queue = sim.machine.files().newQueue()) {
        look = DirectoryLook.of(files, queue);
        var header =
            look.ready().stream()
                .filter(l -> l.entry().path().equals(path))
                .findFirst()
                .orElseThrow()
                .header();
        try (StorageFile file = sim.machine.files().open(path, FileSystem.OpenMode.READ, queue);
            FrameWindow window =
                new FrameWindow(file, header.key(), header.number(), file.size(), 4096)) {
          SegmentSteps steps = new SegmentSteps(window, new Chain(1), file.size());
          while (steps.next() == SegmentSteps.Step.FRAME) {
            FrameReader frame = steps.frame();
            if (frame.payload().byteSize() == large.length) {
              assertThat(frame.payload().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                  .isEqualTo(large);
              return;
            }
          }
        }
      }
    }
    throw new AssertionError("the long record was not found");
  }
}
