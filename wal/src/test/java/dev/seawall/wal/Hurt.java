// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static dev.seawall.wal.CrashLab.check;

import dev.seawall.io.StorageException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What became of a log that was hurt: opened for writing and for reading, read from its first
/// record to its end, and judged against what it held when it was whole.
final class Hurt {
  /// What may happen. Everything else fails the test: other bytes, a record that is gone without a
  /// word, an exception without a type.
  enum Outcome {
    /// All records are right and nothing was said.
    HARMLESS,
    /// Open refuses, naming file and position.
    CORRUPT_AT_OPEN,
    /// It opens, says which range cannot be read, and a reader throws there.
    DAMAGED_RANGE,
    /// A reader throws, with the place; the open did not look there.
    CORRUPT_AT_READ,
    /// Records that no promise covered were cut, and the report says so.
    TORN_AND_TOLD,
    /// Another typed error, such as *too new* or *not a log*.
    TYPED_ERROR
  }

  /// A log while it was whole.
  ///
  /// @param last its last record
  /// @param promised the last record that a promise in it covers
  record Whole(long last, long promised) {}

  /// Counts by outcome.
  static final class Table {
    private final Map<Outcome, Integer> writers = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Integer> readers = new EnumMap<>(Outcome.class);

    void count(Outcome writer, Outcome reader) {
      writers.merge(writer, 1, Integer::sum);
      readers.merge(reader, 1, Integer::sum);
    }

    int writers(Outcome outcome) {
      return writers.getOrDefault(outcome, 0);
    }

    int readers(Outcome outcome) {
      return readers.getOrDefault(outcome, 0);
    }

    static String head() {
      StringBuilder text = new StringBuilder("%-44s".formatted(""));
      for (Outcome outcome : Outcome.values()) {
        text.append("%17s".formatted(outcome.name().toLowerCase(java.util.Locale.ROOT)));
      }
      return text.toString();
    }

    String rows(String name) {
      return row(name + ", writer", writers) + "\n" + row(name + ", read-only", readers);
    }

    private static String row(String name, Map<Outcome, Integer> counts) {
      StringBuilder text = new StringBuilder("%-44s".formatted(name));
      for (Outcome outcome : Outcome.values()) {
        text.append("%17d".formatted(counts.getOrDefault(outcome, 0)));
      }
      return text.toString();
    }
  }

  /// Opens a log.
  interface Door<T> {
    T open() throws WalException, StorageException;
  }

  private Hurt() {}

  /// Opens for writing and reads all.
  static Outcome write(Door<WriteAheadLog> door, Whole whole) throws Exception {
    try (WriteAheadLog log = door.open()) {
      RecoveryReport report = log.recovery();
      long read;
      try (WalReader reader = log.reader(1)) {
        read = readAll(reader);
      } catch (CorruptException e) {
        checkPlace(e);
        check(log.lastIndex() >= whole.promised(), "a promised record was cut: " + report);
        return report.damagedRanges().isEmpty() ? Outcome.CORRUPT_AT_READ : Outcome.DAMAGED_RANGE;
      }
      check(read == log.lastIndex(), "the reader ends at " + read + " of " + log.lastIndex());
      check(read <= whole.last(), "a record appeared: " + read);
      if (read == whole.last()) {
        return report.verdict() == RecoveryReport.Verdict.TORN
            ? Outcome.TORN_AND_TOLD
            : Outcome.HARMLESS;
      }
      check(read >= whole.promised(), read + " left, " + whole.promised() + " were promised");
      check(report.verdict() == RecoveryReport.Verdict.TORN, "lost without a word: " + report);
      check(report.tornBytes() > 0, "torn by no byte: " + report);
      return Outcome.TORN_AND_TOLD;
    } catch (CorruptException e) {
      checkPlace(e);
      return Outcome.CORRUPT_AT_OPEN;
    } catch (WalException | StorageException e) {
      check(String.valueOf(e.getMessage()).length() > 20, "no message: " + e);
      return Outcome.TYPED_ERROR;
    }
  }

  /// Opens read-only and reads all; that is always possible when a first frame is left.
  static Outcome read(Door<ReadOnlyLog> door, Whole whole) throws Exception {
    try (ReadOnlyLog log = door.open()) {
      RecoveryReport report = log.recovery();
      boolean told = log.damage().isPresent() || report.verdict() == RecoveryReport.Verdict.TORN;
      log.damage().ifPresent(Hurt::checkPlace);
      long read;
      try (WalReader reader = log.reader(1, Visibility.WRITTEN)) {
        read = readAll(reader);
      } catch (CorruptException e) {
        checkPlace(e);
        return report.damagedRanges().isEmpty() ? Outcome.CORRUPT_AT_READ : Outcome.DAMAGED_RANGE;
      }
      check(read <= whole.last(), "a record appeared: " + read);
      check(read == whole.last() || told, "lost without a word: " + read + ", " + report);
      if (log.damage().isPresent()) {
        return Outcome.CORRUPT_AT_OPEN;
      }
      check(read >= whole.promised(), read + " left, " + whole.promised() + " were promised");
      return told ? Outcome.TORN_AND_TOLD : Outcome.HARMLESS;
    } catch (CorruptException e) {
      checkPlace(e);
      return Outcome.CORRUPT_AT_OPEN;
    } catch (WalException | StorageException e) {
      check(String.valueOf(e.getMessage()).length() > 20, "no message: " + e);
      return Outcome.TYPED_ERROR;
    }
  }

  private static void checkPlace(@Nullable CorruptException e) {
    check(e != null && e.file() != null && e.position() >= 0, "damage without a place: " + e);
  }

  private static long readAll(WalReader reader) throws WalException, StorageException {
    long next = 1;
    while (reader.next()) {
      check(reader.index() == next, "record " + reader.index() + " instead of " + next);
      byte[] found = reader.payloadBytes();
      check(Arrays.equals(found, CrashLab.payload(next, length(next))), next + ": other bytes");
      check(reader.timestamp() == 1_000, next + ": another timestamp");
      next++;
    }
    return next - 1;
  }

  /// The length of a record's payload.
  static int length(long index) {
    return (int) (17 + index * 13 % 60);
  }
}
