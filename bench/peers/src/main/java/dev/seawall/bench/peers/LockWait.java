// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// What part of their time appenders wait for a lock, by a flight recording: monitors, and parking
/// on a reentrant lock. Waiting for the disk is neither.
final class LockWait implements AutoCloseable {
  private static final Duration SHORTEST = Duration.ofNanos(1000);

  private final Recording recording = new Recording();

  LockWait() {
    recording.enable("jdk.JavaMonitorEnter").withThreshold(SHORTEST).withoutStackTrace();
    recording.enable("jdk.ThreadPark").withThreshold(SHORTEST).withoutStackTrace();
    recording.start();
  }

  /// Stops and returns the part, 0 to 1, of the time of all appenders.
  double share(Path scratch, int appenders) throws IOException {
    recording.stop();
    Duration length = Duration.between(recording.getStartTime(), recording.getStopTime());
    recording.dump(scratch);
    long waited = 0;
    try (RecordingFile events = new RecordingFile(scratch)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        String thread = event.getThread() == null ? "" : event.getThread().getJavaName();
        if (thread != null && thread.startsWith("bench-appender") && isLock(event)) {
          waited += event.getDuration().toNanos();
        }
      }
    } finally {
      Files.deleteIfExists(scratch);
    }
    return (double) waited / length.toNanos() / appenders;
  }

  private static boolean isLock(RecordedEvent event) {
    if (!event.getEventType().getName().equals("jdk.ThreadPark")) {
      return true;
    }
    var blocker = event.getClass("parkedClass");
    return blocker != null
        && (blocker.getName().startsWith("java.util.concurrent.locks.Reentrant")
            || blocker.getName().startsWith("dev.seawall.wal.internal.append.AppendLock"));
  }

  @Override
  public void close() {
    recording.close();
  }
}
