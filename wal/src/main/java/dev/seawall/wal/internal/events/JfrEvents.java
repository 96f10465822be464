// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.events;

import dev.seawall.wal.RecoveryReport;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// The events themselves; loaded only where the flight recorder is. Thread-safe.
final class JfrEvents {
  private static final EventType COMMITTED = EventType.getEventType(GroupCommitted.class);
  private static final EventType ROLLED = EventType.getEventType(SegmentRolled.class);
  private static final EventType RECOVERED = EventType.getEventType(Recovered.class);
  private static final EventType FAILED = EventType.getEventType(LogFailed.class);

  private JfrEvents() {}

  @Name("seawall.GroupCommitted")
  @Label("Group Committed")
  @Description("A sync made a group of appends durable")
  @Category("Seawall")
  @StackTrace(false)
  static final class GroupCommitted extends Event {
    @Label("Records")
    long records;

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Commit Time")
    @Timespan
    long commitNanos;
  }

  @Name("seawall.SegmentRolled")
  @Label("Segment Rolled")
  @Description("A segment was sealed and another one took over")
  @Category("Seawall")
  @StackTrace(false)
  static final class SegmentRolled extends Event {
    @Label("Sealed Segment")
    long sealedSegment;

    @Label("Next Segment")
    long nextSegment;
  }

  @Name("seawall.Recovered")
  @Label("Recovered")
  @Description("A log was opened for writing")
  @Category("Seawall")
  @StackTrace(false)
  static final class Recovered extends Event {
    @Label("Verdict")
    String verdict = "";

    @Label("First Index")
    long firstIndex;

    @Label("Last Index")
    long lastIndex;

    @Label("Segments")
    int segments;

    @Label("Epoch")
    long epoch;

    @Label("Torn Bytes")
    @DataAmount
    long tornBytes;

    @Label("Dropped Frames")
    long droppedFrames;

    @Label("Recovery Time")
    @Timespan
    long recoveryNanos;
  }

  @Name("seawall.LogFailed")
  @Label("Log Failed")
  @Description("A write or sync failed, and the log with it")
  @Category("Seawall")
  static final class LogFailed extends Event {
    @Label("Message")
    String message = "";
  }

  static void groupCommitted(long records, long bytes, long nanos) {
    if (COMMITTED.isEnabled()) {
      GroupCommitted event = new GroupCommitted();
      event.records = records;
      event.bytes = bytes;
      event.commitNanos = nanos;
      event.commit();
    }
  }

  static void segmentRolled(long sealedSegment, long nextSegment) {
    if (ROLLED.isEnabled()) {
      SegmentRolled event = new SegmentRolled();
      event.sealedSegment = sealedSegment;
      event.nextSegment = nextSegment;
      event.commit();
    }
  }

  static void recovered(RecoveryReport report) {
    if (RECOVERED.isEnabled()) {
      Recovered event = new Recovered();
      event.verdict = report.verdict().name();
      event.firstIndex = report.firstIndex();
      event.lastIndex = report.lastIndex();
      event.segments = report.segments();
      event.epoch = report.epoch();
      event.tornBytes = report.tornBytes();
      event.droppedFrames = report.droppedFrames();
      event.recoveryNanos = report.nanos();
      event.commit();
    }
  }

  static void logFailed(String message) {
    if (FAILED.isEnabled()) {
      LogFailed event = new LogFailed();
      event.message = message;
      event.commit();
    }
  }
}
