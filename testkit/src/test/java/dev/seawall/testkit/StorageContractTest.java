// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.Backend;
import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// One suite for every implementation: the simulation is only worth what it shares with the real
/// thing.
class StorageContractTest {

  @Nested
  class OnChannels extends StorageContract {
    @TempDir Path temporary;
    private Machine machine;

    @BeforeEach
    void open() throws IOException {
      machine = SystemMachine.open(Backend.CHANNEL);
    }

    @AfterEach
    void close() {
      machine.scheduler().close();
    }

    @Override
    protected FileSystem files() {
      return machine.files();
    }

    @Override
    protected Path directory() {
      return temporary;
    }
  }

  @Nested
  @EnabledOnOs(OS.LINUX)
  class OnDirectInputOutput extends StorageContract {
    private static final Path TARGET = Path.of("target");
    private Machine machine;
    private Path directory;

    @BeforeEach
    void open() throws IOException {
      // Forced and checked, never chosen: a fallback to another backend would pass this suite too.
      machine = SystemMachine.open(Backend.DIRECT);
      assertThat(machine.files().backend()).isEqualTo("direct");
      // Below the build, not in the temporary directory: that is often in memory.
      directory = Files.createTempDirectory(TARGET, "contract").toAbsolutePath();
    }

    @AfterEach
    void close() throws IOException {
      assertThat(machine.files().backend()).isEqualTo("direct");
      machine.scheduler().close();
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }

    @Override
    protected FileSystem files() {
      return machine.files();
    }

    @Override
    protected Path directory() {
      return directory;
    }
  }

  @Nested
  class Simulated extends StorageContract {
    private static final Path DIRECTORY = Path.of("/simulated/directory");
    private final SimMachine sim = new SimMachine(Seed.of(1));

    @BeforeEach
    void create() throws IOException {
      files().createDirectories(DIRECTORY);
    }

    @Override
    protected FileSystem files() {
      return sim.machine().files();
    }

    @Override
    protected Path directory() {
      return DIRECTORY;
    }
  }

  @Nested
  @EnabledOnOs(OS.LINUX)
  class RealScheduler extends SchedulerContract {
    private Machine machine;

    @BeforeEach
    void open() throws IOException {
      machine = SystemMachine.open(Backend.DIRECT);
    }

    @AfterEach
    void close() {
      machine.scheduler().close();
    }

    @Override
    protected Machine machine() {
      return machine;
    }
  }

  @Nested
  class RealSchedulerWithoutSystemCalls extends SchedulerContract {
    private Machine machine;

    @BeforeEach
    void open() throws IOException {
      machine = SystemMachine.open(Backend.CHANNEL);
    }

    @AfterEach
    void close() {
      machine.scheduler().close();
    }

    @Override
    protected Machine machine() {
      return machine;
    }
  }

  @Nested
  class SimulatedScheduler extends SchedulerContract {
    private final SimMachine sim = new SimMachine(Seed.of(1));

    @Override
    protected Machine machine() {
      return sim.machine();
    }
  }
}
