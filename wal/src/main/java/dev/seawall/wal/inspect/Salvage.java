// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileStatus;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.Durability;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.Overload;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.Retention;
import dev.seawall.wal.WalBatch;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WriteAheadLog;
import dev.seawall.wal.inspect.Verification.Severity;
import dev.seawall.wal.internal.codec.RecordUnpacker;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.scan.FrameWindow;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Copies what is intact of a damaged log into a new one, and writes down what was lost. The
/// damaged log is not changed. Stateless.
///
/// Records keep their order, bytes, timestamps and batches. A new log's indexes are dense from 1
/// on, so records behind a loss get other indexes than they had; the manifest [#MANIFEST] in the
/// new directory maps them. It is written last: a directory without it is an unfinished salvage.
public final class Salvage {
  /// The name of the manifest.
  public static final String MANIFEST = "SALVAGE.json";

  private Salvage() {}

  /// Records that were copied without a gap.
  ///
  /// @param firstIndex of the first, in the damaged log
  /// @param lastIndex of the last, in the damaged log
  /// @param newFirstIndex of the first, in the new log
  public record Kept(long firstIndex, long lastIndex, long newFirstIndex) {}

  /// What was lost in one place.
  ///
  /// @param firstIndex the first record lost; 0 when no record is known to be missing there
  /// @param lastIndex the last record lost; 0 when that is not known
  /// @param file the file, by name
  /// @param position where the damage begins, in bytes
  /// @param bytes that could not be used
  /// @param why in words
  public record Lost(
      long firstIndex, long lastIndex, String file, long position, long bytes, String why) {}

  /// What a run did.
  ///
  /// @param records copied
  /// @param payloadBytes copied
  /// @param kept which records, in order
  /// @param lost what is missing, in order
  /// @param manifest the file that says the same
  public record Result(
      long records, long payloadBytes, List<Kept> kept, List<Lost> lost, Path manifest) {
    public Result {
      kept = List.copyOf(kept);
      lost = List.copyOf(lost);
    }
  }

  /// Salvages a log. Needs memory for the largest batch.
  ///
  /// @param directory the damaged log
  /// @param outDirectory for the new one: missing, or empty
  /// @throws NotALogException when `directory` is missing, not a directory, or holds no log
  /// @throws StorageException when `outDirectory` is not missing or empty, or the disk fails
  /// @throws InterruptedException when the caller is interrupted; the copy is unfinished then
  public static Result run(
      Path directory,
      Path outDirectory,
      WalOptions options,
      Machine machine,
      ProgressListener progress)
      throws WalException, StorageException, InterruptedException {
    checkOut(directory, outDirectory, machine);
    try (LogPlan plan =
        LogPlan.of(
            new SegmentFiles(
                machine.files(), directory, options.prefix(), options.codec().orElse(null)))) {
      Copy copy;
      try (WriteAheadLog out = WriteAheadLog.open(outDirectory, copyOptions(options), machine)) {
        copy = new Copy(out, options.codec().orElse(null), plan.state().firstIndexKept());
        new Survey(plan, copy, progress).run();
        copy.flush();
        out.sync();
      }
      Path manifest = outDirectory.resolve(MANIFEST);
      Result result = new Result(copy.records, copy.payloadBytes, copy.kept, copy.lost, manifest);
      AtomicFile.write(
          machine.files(), manifest, SalvageManifest.encode(directory, plan, result, machine));
      return result;
    }
  }

  private static void checkOut(Path directory, Path outDirectory, Machine machine)
      throws StorageException {
    if (outDirectory.normalize().startsWith(directory.normalize())) {
      throw new StorageException(
          "salvage to",
          outDirectory,
          "it lies in the damaged log, which must not change. Name a directory elsewhere",
          null);
    }
    FileStatus status = machine.files().status(outDirectory);
    boolean empty =
        status.isMissing()
            || (status.kind() == FileStatus.Kind.DIRECTORY
                && machine.files().list(outDirectory).isEmpty());
    if (!empty) {
      throw new StorageException(
          "salvage to",
          outDirectory,
          "expected nothing or an empty directory there. Name a directory that does not exist yet",
          null);
    }
  }

  private static WalOptions copyOptions(WalOptions options) {
    return options
        .withMaxRecordBytes(FrameWindow.MAX_RECORD_BYTES)
        .withMaxBatchBytes(FrameWindow.MAX_RECORD_BYTES)
        .withRetention(Retention.keep())
        .withOverload(new Overload.Block(Duration.ofHours(1)));
  }

  /// Collects batches and appends them.
  private static final class Copy implements Survey.Sink {
    private final WriteAheadLog out;
    private final RecordUnpacker unpacker;
    private final long firstIndexKept;
    private final List<Kept> kept = new ArrayList<>();
    private final List<Lost> lost = new ArrayList<>();
    private byte[] bytes = new byte[64 << 10];
    private int used;
    private long[] parts = new long[2 * 16];
    private int count;
    private long firstIndex;
    private long records;
    private long payloadBytes;

    Copy(WriteAheadLog out, @Nullable RecordCodec codec, long firstIndexKept) {
      this.out = out;
      this.unpacker = new RecordUnpacker(codec);
      this.firstIndexKept = firstIndexKept;
    }

    @Override
    public void record(FrameReader frame, FrameKey key, Path file)
        throws WalException, InterruptedException {
      if (frame.index() < firstIndexKept) {
        return;
      }
      MemorySegment payload;
      try {
        payload = unpacker.unpack(frame, key, file);
      } catch (CorruptException e) {
        broken(
            new Survey.Trouble(
                Severity.DAMAGE,
                file,
                frame.position(),
                frame.frameBytes(),
                frame.index(),
                frame.index(),
                "a record that can be restored",
                String.valueOf(e.getMessage())));
        return;
      }
      if (count == 0) {
        firstIndex = frame.index();
      }
      int length = Math.toIntExact(payload.byteSize());
      if (used + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(used, length), bytes.length * 2));
      }
      if (count * 2 == parts.length) {
        parts = Arrays.copyOf(parts, parts.length * 2);
      }
      MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, 0, bytes, used, length);
      parts[count * 2] = length;
      parts[count * 2 + 1] = frame.timestamp();
      used += length;
      count++;
      if (frame.endsBatch()) {
        flush();
      }
    }

    @Override
    public void boundary() throws WalException, InterruptedException {
      flush();
    }

    @Override
    public void broken(Survey.Trouble trouble) throws WalException, InterruptedException {
      String batch = "";
      if (trouble.severity() == Severity.TORN) {
        count = 0; // A batch of which nobody was told that it is durable.
        used = 0;
      } else if (count > 0) {
        batch =
            "; the batch around it is broken, its records "
                + firstIndex
                + " to "
                + (firstIndex + count - 1)
                + " are kept";
        flush();
      }
      lost.add(
          new Lost(
              trouble.firstIndex(),
              trouble.lastIndex(),
              String.valueOf(trouble.file().getFileName()),
              trouble.position(),
              trouble.bytes(),
              trouble.found() + batch));
    }

    void flush() throws WalException, InterruptedException {
      if (count == 0) {
        return;
      }
      long last;
      if (count == 1) {
        last = out.append(bytes, 0, used, parts[1], Durability.BUFFERED);
      } else {
        WalBatch batch = new WalBatch();
        int at = 0;
        for (int i = 0; i < count; i++) {
          int length = (int) parts[i * 2];
          batch.add(bytes, at, length, parts[i * 2 + 1]);
          at += length;
        }
        last = out.append(batch, Durability.BUFFERED);
      }
      note(last - count + 1);
      records += count;
      payloadBytes += used;
      count = 0;
      used = 0;
    }

    private void note(long newFirst) {
      long lastIndex = firstIndex + count - 1;
      if (!kept.isEmpty() && kept.getLast().lastIndex() == firstIndex - 1) {
        Kept before = kept.removeLast();
        kept.add(new Kept(before.firstIndex(), lastIndex, before.newFirstIndex()));
      } else {
        kept.add(new Kept(firstIndex, lastIndex, newFirst));
      }
    }
  }
}
