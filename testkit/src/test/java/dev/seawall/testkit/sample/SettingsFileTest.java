// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The sample of docs/testkit.md: a file of settings that is replaced as a whole.
class SettingsFileTest {
  private static final Path DIRECTORY = Path.of("/settings");

  // sample: subject
  /// The code under test: knows the world only through `FileSystem`.
  static final class Settings {
    private static final Path FILE = DIRECTORY.resolve("settings");

    static void save(FileSystem files, String text) throws IOException {
      files.createDirectories(DIRECTORY);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(files, FILE, MemorySegment.ofArray(bytes));
    }

    static String load(FileSystem files) throws IOException {
      MemorySegment bytes = AtomicFile.read(files, FILE, 1 << 20);
      return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
  }

  // end

  // sample: test
  @Test
  void aCrashAnywhereLeavesTheOldSettingsOrTheNewOnes() {
    Seeds.forEach(
        200,
        1,
        seed -> {
          long operation = 1L + seed.random("crash").nextInt(24);
          FaultPlan plan = FaultPlan.of(new Fault.Crash(operation, Death.POWER));
          SimMachine sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan));
          String acknowledged = null;
          String attempted = null;
          try {
            for (int i = 0; i < 4; i++) {
              attempted = "version " + i;
              Settings.save(sim.machine().files(), attempted);
              acknowledged = attempted;
            }
          } catch (SimCrash _) {
            // The power is gone; machine() boots the next incarnation over the same disk.
          }
          if (acknowledged != null) {
            assertThat(Settings.load(sim.machine().files())).isIn(acknowledged, attempted);
          }
        });
  }
  // end
}
