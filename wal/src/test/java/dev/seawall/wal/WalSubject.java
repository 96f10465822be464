// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The log as the crash matrix drives it.
public final class WalSubject implements Subject {
  static final Path DIRECTORY = Path.of("/data/log");

  private final WalOptions options;

  public WalSubject(WalOptions options) {
    this.options = options;
  }

  /// Segments so small that a run rolls, grows and recycles.
  static WalOptions smallOptions() {
    return WalOptions.defaults()
        .withSegmentBytes(128 << 10)
        .withFirstSegmentBytes(64 << 10)
        .withWindowBytes(32 << 10)
        .withWindows(3)
        .withMaxPendingAppends(64)
        .withOverload(new Overload.Block(Duration.ofMinutes(5)));
  }

  @Override
  public Log open(SimMachine machine) throws IOException {
    return new Driven(WriteAheadLog.open(DIRECTORY, options, machine.machine()));
  }

  @Override
  public boolean reportsDamage(IOException failure) {
    return failure instanceof CorruptException || failure.getCause() instanceof CorruptException;
  }

  @Override
  public Outcome outcomeOf(IOException failure) {
    return failure instanceof WalException wal && wal.outcome() == WalException.Outcome.NOT_APPENDED
        ? Outcome.NOT_APPENDED
        : Outcome.UNKNOWN;
  }

  private static final class Driven implements Log {
    private final WriteAheadLog log;
    private boolean failed;

    Driven(WriteAheadLog log) {
      this.log = log;
    }

    private static final class Told implements Receipt, AppendCallback {
      private final WriteAheadLog log;
      private Outcome outcome = Outcome.PENDING;
      private long index;

      Told(WriteAheadLog log) {
        this.log = log;
      }

      @Override
      public Outcome outcome() {
        return outcome == Outcome.PENDING && log.durableIndex() >= index
            ? Outcome.DURABLE
            : outcome;
      }

      @Override
      public long lastIndex() {
        return index;
      }

      @Override
      public void durable(long at) {
        outcome = Outcome.DURABLE;
      }

      @Override
      public void failed(long at, WalException cause) {
        outcome = Outcome.UNKNOWN;
      }
    }

    @Override
    public Receipt append(List<byte[]> batch, int durability) throws IOException {
      WalBatch records = new WalBatch();
      batch.forEach(payload -> records.add(payload.clone()));
      Told told = new Told(log);
      try {
        switch (durability) {
          case 0 -> {
            told.index = log.append(records, Durability.SYNCED);
            told.outcome = Outcome.DURABLE;
          }
          case 1 -> told.index = log.append(records, Durability.SYNCED, told);
          case 2 ->
              told.index =
                  log.append(records, new Durability.Batched(Duration.ofMillis(20), 40_000), told);
          case 3 -> told.index = log.append(records, Durability.BUFFERED);
          default -> throw new IllegalArgumentException("durability " + durability);
        }
      } catch (LogFailedException e) {
        failed = true;
        throw e;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return told;
    }

    @Override
    public void sync() throws IOException {
      try {
        log.sync();
      } catch (LogFailedException e) {
        failed = true;
        throw e;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public long durableIndex() {
      return log.durableIndex();
    }

    @Override
    public void read(RecordSink sink) throws IOException {
      try (WalReader reader = log.reader(log.firstIndex())) {
        while (reader.next()) {
          sink.record(reader.index(), reader.payloadBytes());
        }
      }
    }

    @Override
    public boolean isFailed() {
      return failed;
    }

    @Override
    public boolean toldLoss() {
      RecoveryReport report = log.recovery();
      return report.verdict() == RecoveryReport.Verdict.TORN || !report.damagedRanges().isEmpty();
    }

    @Override
    public void close() throws IOException {
      log.close();
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) throws IOException {
      try {
        log.truncatePrefix(firstIndexKept);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      } catch (LogFailedException e) {
        failed = true;
        throw e;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) throws IOException {
      try {
        log.truncateSuffix(lastIndexKept);
        return true;
      } catch (LogFailedException | StorageException e) {
        failed = true;
        throw e;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
