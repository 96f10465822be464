// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What survives which death.
class SimDiskTest {
  private static final Path DIRECTORY = Path.of("/d");
  private static final Path FILE = DIRECTORY.resolve("f");

  private final MemorySegment ones = block(1);
  private final MemorySegment twos = block(2);

  private static MemorySegment block(int value) {
    return Arena.ofAuto().allocate(4096, 4096).fill((byte) value);
  }

  private static StorageFile create(SimMachine sim) throws IOException {
    FileSystem files = sim.machine().files();
    files.createDirectories(DIRECTORY);
    return files.open(FILE, OpenMode.CREATE, files.newQueue());
  }

  private static int byteAt(SimMachine sim, long position) throws IOException {
    FileSystem files = sim.machine().files();
    try (StorageFile file = files.open(FILE, OpenMode.READ, files.newQueue())) {
      MemorySegment target = Arena.ofAuto().allocate(1);
      return file.read(position, target) == 0 ? -1 : target.get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  @Test
  void whatWasSyncedSurvivesBothDeaths() {
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          file.write(0, ones);
          file.sync();
          sim.machine().files().syncDirectory(DIRECTORY);
          sim.killProcess();
          assertThat(byteAt(sim, 4095)).isEqualTo(1);
          sim.losePower();
          assertThat(byteAt(sim, 4095)).isEqualTo(1);
        });
  }

  @Test
  void aBlockingDurableWriteSurvivesBothDeathsAndCoversNothingElse() {
    Set<Integer> others = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          sim.machine().files().syncDirectory(DIRECTORY);
          file.write(4096, ones);
          file.writeDurably(0, twos);
          sim.losePower();
          assertThat(byteAt(sim, 4095)).isEqualTo(2);
          others.add(byteAt(sim, 4096));
        });
    assertThat(others).contains(-1, 1);
  }

  @Test
  void unsyncedSectorsSurvivePowerLossEachByCoin() {
    Set<String> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          file.write(0, ones);
          file.sync();
          sim.machine().files().syncDirectory(DIRECTORY);
          file.write(0, twos);
          sim.losePower();
          outcomes.add(byteAt(sim, 0) + " " + byteAt(sim, 512) + " " + byteAt(sim, 4095));
          for (int i = 0; i < 512; i++) {
            assertThat(byteAt(sim, 1024 + i)).isEqualTo(byteAt(sim, 1024));
          }
        });
    assertThat(outcomes).contains("1 1 1", "2 2 2", "1 2 1", "2 1 2").hasSize(8);
  }

  @Test
  void unsyncedBytesSurviveAKill() {
    FixedSeeds.forEach(
        50,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          create(sim).write(0, twos);
          sim.killProcess();
          assertThat(byteAt(sim, 0)).isEqualTo(2);
        });
  }

  @Test
  void namesAreLostOrKeptUntilTheDirectoryIsSynced() {
    Set<Boolean> found = new HashSet<>();
    FixedSeeds.forEach(
        50,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          file.write(0, ones);
          file.sync();
          sim.losePower();
          found.add(sim.machine().files().status(FILE).isFile());
        });
    assertThat(found).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aRenameLeavesTheOldNameOrTheNewOneNeverNeither() {
    Set<String> outcomes = new HashSet<>();
    Path other = DIRECTORY.resolve("g");
    FixedSeeds.forEach(
        100,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          create(sim);
          sim.machine().files().syncDirectory(DIRECTORY);
          sim.machine().files().rename(FILE, other);
          sim.losePower();
          outcomes.add(String.valueOf(sim.machine().files().list(DIRECTORY)));
        });
    assertThat(outcomes).containsExactlyInAnyOrder("[f]", "[g]");
  }

  @Test
  void afterAFailedSyncPagesReadBackWellAndDieWithThePower() {
    Set<Integer> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        100,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          file.write(0, ones);
          file.sync();
          sim.machine().files().syncDirectory(DIRECTORY);
          file.write(0, twos);
          sim.disk().failNext(Verb.SYNC, path -> path.equals(FILE));
          assertThatThrownBy(file::sync).isInstanceOf(StorageException.class);
          assertThatThrownBy(() -> file.write(4096, ones)).isInstanceOf(StorageException.class);
          sim.killProcess();
          assertThat(byteAt(sim, 0)).isEqualTo(2);
          FileSystem files = sim.machine().files();
          try (StorageFile again = files.open(FILE, OpenMode.WRITE, files.newQueue())) {
            again.sync();
          }
          sim.losePower();
          outcomes.add(byteAt(sim, 0));
        });
    assertThat(outcomes).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aWriteInFlightAtDeathHappenedInPartOrNot() {
    Set<String> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          StorageFile file = create(sim);
          file.write(0, ones);
          file.submitWrite(new IoTicket(), 0, twos);
          sim.killProcess();
          outcomes.add(byteAt(sim, 0) + " " + byteAt(sim, 512));
        });
    assertThat(outcomes).containsExactlyInAnyOrder("1 1", "2 2", "1 2", "2 1");
  }

  @Test
  void aSyncCoversPolledWritesAndOnlyPerhapsOthers() {
    Set<Integer> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          FileSystem files = sim.machine().files();
          files.createDirectories(DIRECTORY);
          IoQueue queue = files.newQueue();
          StorageFile file = files.open(FILE, OpenMode.CREATE, queue);
          files.syncDirectory(DIRECTORY);
          IoTicket polled = new IoTicket();
          file.submitWrite(polled, 0, ones);
          while (!polled.isDone()) {
            queue.await();
          }
          IoTicket sync = new IoTicket();
          file.submitWrite(new IoTicket(), 4096, twos);
          queue.poll();
          file.submitSync(sync);
          while (!sync.isDone()) {
            queue.await();
          }
          sim.losePower();
          assertThat(byteAt(sim, 0)).isEqualTo(1);
          outcomes.add(byteAt(sim, 4096));
        });
    assertThat(outcomes).contains(-1, 2);
  }

  @Test
  void deadDoorsThrowAndCloseQuietly() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1));
    StorageFile file = create(sim);
    sim.killProcess();
    assertThatThrownBy(() -> file.write(0, ones)).isInstanceOf(SimCrash.class);
    file.close();
    assertThat(sim.machine().files().status(FILE).isFile()).isTrue();
  }

  @Test
  void aCrashLeavesTryWithResourcesWhoseCloseTouchesADeadDoor() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1));
    FileSystem files = sim.machine().files();
    assertThatThrownBy(
            () -> {
              try (AutoCloseable _ = () -> files.delete(FILE)) {
                sim.killProcess();
                files.list(DIRECTORY);
              }
            })
        .isInstanceOf(SimCrash.class);
  }

  @Test
  void aPlannedCrashStrikesAtItsOperation() {
    FixedSeeds.forEach(
        50,
        seed -> {
          FaultPlan plan = FaultPlan.of(new Fault.Crash(3, Death.POWER));
          SimMachine sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan));
          StorageFile file = create(sim);
          assertThatThrownBy(() -> file.write(0, ones)).isInstanceOf(SimCrash.class);
          assertThat(sim.disk().fired()).hasSize(1);
          sim.machine().files().list(DIRECTORY);
        });
  }

  @Test
  void oneSeedGivesOneRun() throws Exception {
    assertThat(run(7)).isEqualTo(run(7)).isNotEqualTo(run(8));
  }

  private String run(long seed) throws IOException {
    SimMachine sim = new SimMachine(Seed.of(seed));
    StorageFile file = create(sim);
    sim.machine().files().syncDirectory(DIRECTORY);
    for (int i = 0; i < 20; i++) {
      file.write(4096L * i, ones);
    }
    sim.losePower();
    byte[] bytes = new byte[sim.disk().contents(FILE).remaining()];
    sim.disk().contents(FILE).get(bytes);
    return sim.time().nanoTime() + java.util.Arrays.toString(bytes);
  }
}
