// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.codec.RecordUnpacker;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.scan.DirectoryLook;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.scan.TailWalk;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SidecarIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads every byte of a log and says what is wrong with it. Takes no lock and changes no byte.
/// Stateless.
///
/// Checked are headers, every frame, the chain of frames and of segments, the density of indexes,
/// seals against what they seal, and sidecars against the segments that they are of. Damage is
/// reported, never thrown. With a codec in the options every record is restored as well; without
/// one, or without its key, a record's checksum is what is checked. Beside a running writer the
/// last group may show as torn.
public final class Verification {
  private static final int MOST_FINDINGS = 10_000;

  private Verification() {}

  /// How bad a finding is.
  public enum Severity {
    /// Wrong or missing bytes where the log was durable.
    DAMAGE,
    /// Incomplete bytes behind the last promise: expected after a crash, cut by the next open.
    TORN,
    /// Worth knowing, and harmless: left-over files, useless sidecars.
    NOTE
  }

  /// One finding.
  ///
  /// @param severity how bad it is
  /// @param file where
  /// @param position where in the file, in bytes
  /// @param firstIndex the first record concerned; 0 when none or unknown
  /// @param lastIndex the last record concerned; 0 when none or unknown
  /// @param expected what should be there
  /// @param found what is there
  public record Finding(
      Severity severity,
      Path file,
      long position,
      long firstIndex,
      long lastIndex,
      String expected,
      String found) {}

  /// What a run found.
  ///
  /// @param findings in order of segment and position; at most 10 000
  /// @param omittedFindings how many more there were
  /// @param segments files that hold frames
  /// @param records intact records that belong to the log
  /// @param bytes read
  /// @param payloadBytes of the intact records, as they are stored
  /// @param unopened records among them that are compressed or encrypted and could not be restored
  ///   without a codec or keys: their checksums are right
  /// @param tornBytes bytes behind the cut
  /// @param tornRecords whole record frames among them
  /// @param firstIndex the first record kept
  /// @param lastIndex the last record; `firstIndex - 1` when there is none
  /// @param durableIndex the last record before the highest promise
  public record Result(
      List<Finding> findings,
      long omittedFindings,
      long segments,
      long records,
      long bytes,
      long payloadBytes,
      long unopened,
      long tornBytes,
      long tornRecords,
      long firstIndex,
      long lastIndex,
      long durableIndex) {
    public Result {
      findings = List.copyOf(findings);
    }

    /// Returns whether nothing that was durable is damaged.
    public boolean intact() {
      return findings.stream().noneMatch(finding -> finding.severity() == Severity.DAMAGE);
    }
  }

  /// Verifies a log.
  ///
  /// @throws NotALogException when the path is missing, not a directory, or holds no log of the
  ///   prefix
  /// @throws StorageException when the directory cannot be listed
  public static Result run(
      Path directory, WalOptions options, Machine machine, ProgressListener progress)
      throws WalException, StorageException {
    try (LogPlan plan =
        LogPlan.of(
            new SegmentFiles(
                machine.files(), directory, options.prefix(), options.codec().orElse(null)))) {
      Collector collector =
          new Collector(options.codec().orElse(null), plan.state().firstIndexKept());
      Survey survey = new Survey(plan, collector, progress);
      try {
        survey.run();
      } catch (InterruptedException e) {
        throw new AssertionError("nothing here waits", e);
      }
      notes(plan, collector);
      sidecars(plan, collector);
      TailWalk tail = plan.tail();
      var cut = plan.unfinished();
      long last = collector.lastWhole;
      return new Result(
          collector.findings,
          collector.omitted,
          survey.segments(),
          collector.records - collector.dropped,
          survey.bytes(),
          collector.payloadBytes - collector.droppedBytes,
          collector.unopened,
          collector.tornBytes,
          collector.tornRecords,
          plan.state().firstIndexKept(),
          last,
          tail == null ? 0 : cut == null ? tail.chain().durableIndex() : cut.lastIndexKept());
    }
  }

  /// Verifies a log with a machine of its own.
  public static Result run(Path directory, WalOptions options, ProgressListener progress)
      throws WalException, StorageException {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    try {
      return run(directory.toAbsolutePath().normalize(), options, machine, progress);
    } finally {
      machine.scheduler().close();
    }
  }

  private static void sidecars(LogPlan plan, Collector collector) {
    SegmentFiles files = plan.files();
    Set<String> known = new HashSet<>();
    for (Segment segment : plan.segments()) {
      Path path = SidecarIndex.path(segment.path());
      known.add(String.valueOf(path.getFileName()));
      if (segment.damage() == null
          && SidecarIndex.load(segment, files.files()) == SidecarIndex.Outcome.REFUSED) {
        collector.note(
            path,
            "the seek index of " + segment,
            "one that is damaged or of something else; it is not used, delete it");
      }
    }
    TailWalk tail = plan.tail();
    if (tail != null && tail.chain().seal() != null) {
      known.add(String.valueOf(SidecarIndex.path(tail.entry().path()).getFileName()));
    }
    for (String name : plan.directory().names()) {
      if (SidecarIndex.isSidecar(files.prefix(), name) && !known.contains(name)) {
        collector.note(
            files.directory().resolve(name),
            "no such file",
            "a seek index of no sealed segment; the next open for writing removes it");
      }
    }
  }

  private static void notes(LogPlan plan, Collector collector) {
    var cut = plan.unfinished();
    if (cut != null) {
      collector.note(
          plan.files().directory(),
          "a finished truncation",
          "a truncation to record "
              + cut.lastIndexKept()
              + " that the next open for writing finishes");
    }
    for (DirectoryLook.Look look : plan.leftOver()) {
      CorruptException problem = look.problem();
      if (problem != null && look.number() >= plan.state().firstSegmentKept()) {
        collector.add(
            new Finding(
                Severity.DAMAGE,
                look.entry().path(),
                problem.position(),
                0,
                0,
                "a segment of this log",
                String.valueOf(problem.getMessage())));
      } else {
        collector.note(
            look.entry().path(),
            "no such file",
            "a file that is no part of the log any more; the next open for writing removes it");
      }
    }
    for (SegmentFiles.Entry entry : plan.directory().preparing()) {
      collector.note(
          entry.path(),
          "no such file, unless a writer is at work",
          "a segment whose preparation was not finished; the next open for writing removes it");
    }
  }

  /// Counts and keeps findings.
  private static final class Collector implements Survey.Sink {
    private final long firstIndexKept;
    private final List<Finding> findings = new ArrayList<>();
    private final RecordUnpacker unpacker;
    private long unopened;
    private long omitted;
    private long records;
    private long payloadBytes;
    private long lastRecord;
    private long lastWhole;
    private long openRecords;
    private long openBytes;
    private long dropped;
    private long droppedBytes;
    private long tornBytes;
    private long tornRecords;

    Collector(@Nullable RecordCodec codec, long firstIndexKept) {
      this.unpacker = new RecordUnpacker(codec);
      this.firstIndexKept = firstIndexKept;
      this.lastRecord = firstIndexKept - 1;
      this.lastWhole = lastRecord;
    }

    @Override
    public void record(FrameReader frame, FrameKey key, Path file) throws WalException {
      if (frame.index() < firstIndexKept) {
        return;
      }
      if (unpacker.canUnpack(frame)) {
        open(frame, key, file);
      } else {
        unopened++;
      }
      records++;
      openRecords++;
      payloadBytes += frame.payload().byteSize();
      openBytes += frame.payload().byteSize();
      lastRecord = frame.index();
      if (frame.endsBatch()) {
        boundary();
      }
    }

    private void open(FrameReader frame, FrameKey key, Path file) throws WalException {
      try {
        unpacker.unpack(frame, key, file);
      } catch (CorruptException e) {
        add(
            new Finding(
                Severity.DAMAGE,
                file,
                frame.position(),
                frame.index(),
                frame.index(),
                "a record that can be restored",
                String.valueOf(e.getMessage())));
      }
    }

    @Override
    public void boundary() {
      lastWhole = lastRecord;
      openRecords = 0;
      openBytes = 0;
    }

    @Override
    public void broken(Survey.Trouble trouble) {
      if (trouble.severity() == Severity.TORN) {
        // What the batch that was cut off left in front of the break is not part of the log.
        dropped += openRecords;
        droppedBytes += openBytes;
        tornBytes += trouble.bytes();
        tornRecords +=
            trouble.firstIndex() == 0 ? 0 : trouble.lastIndex() - trouble.firstIndex() + 1;
        openRecords = 0;
        openBytes = 0;
      } else {
        boundary();
      }
      add(
          new Finding(
              trouble.severity(),
              trouble.file(),
              trouble.position(),
              trouble.firstIndex(),
              trouble.lastIndex(),
              trouble.expected(),
              trouble.found()));
    }

    void note(Path file, String expected, String found) {
      add(new Finding(Severity.NOTE, file, 0, 0, 0, expected, found));
    }

    void add(Finding finding) {
      if (findings.size() < MOST_FINDINGS) {
        findings.add(finding);
      } else {
        omitted++;
      }
    }
  }
}
