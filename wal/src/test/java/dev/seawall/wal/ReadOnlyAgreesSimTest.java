// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.CrashMatrix;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.Subject;
import dev.seawall.wal.inspect.ProgressListener;
import dev.seawall.wal.inspect.Verification;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What a reader without a lock and the tools find after a crash is what recovery then keeps.
class ReadOnlyAgreesSimTest {
  @Test
  void readersToolsAndRecoveryComeToTheSameEnd() {
    CrashMatrix.of(new Looking()).withDurabilities(4).checkHonest(250, 1);
  }

  /// Looks before each opening, and compares.
  private static final class Looking implements Subject {
    private final WalOptions options = WalSubject.smallOptions();
    private final WalSubject inner = new WalSubject(options);

    @Override
    public Log open(SimMachine machine) throws IOException {
      long written = -1;
      String seen = "";
      try (ReadOnlyLog log = ReadOnlyLog.open(WalSubject.DIRECTORY, options, machine.machine())) {
        Verification.Result verified =
            Verification.run(
                WalSubject.DIRECTORY, options, machine.machine(), ProgressListener.NONE);
        written = log.lastIndex(Visibility.WRITTEN);
        seen = log.recovery() + ", " + log.damage() + ", " + verified;
        if (seen.contains("input/output error")) {
          return inner.open(machine); // The plan's fault struck here, and it was told.
        }
        boolean sound = log.damage().isEmpty() && log.recovery().damagedRanges().isEmpty();
        if (!sound || !verified.intact() || verified.lastIndex() != written) {
          throw new AssertionError("readers and tools after a crash: " + seen);
        }
        long records = 0;
        try (WalReader reader = log.reader(log.firstIndex(), Visibility.WRITTEN)) {
          while (reader.next()) {
            records++;
          }
        }
        if (records != verified.records()) {
          throw new AssertionError("read " + records + ": " + seen);
        }
      } catch (NotALogException | StorageException | CorruptException e) {
        // Nothing there yet, a fault of the plan, or a creation that did not finish.
        seen = String.valueOf(e.getMessage());
      }
      Log log = inner.open(machine);
      if (written >= 0 && log.durableIndex() != written) {
        throw new AssertionError("recovery kept " + log.durableIndex() + ", a reader saw " + seen);
      }
      return log;
    }

    @Override
    public boolean reportsDamage(IOException failure) {
      return inner.reportsDamage(failure);
    }

    @Override
    public Outcome outcomeOf(IOException failure) {
      return inner.outcomeOf(failure);
    }
  }
}
