// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a simulated window loses in which death (I-1, I-5).
final class SimWindowTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final Path FILE = DIRECTORY.resolve("f");
  private static final int BLOCK = 4096;
  private static final MemorySegment ONES = block(1);
  private static final MemorySegment TWOS = block(2);

  private static MemorySegment block(int value) {
    return Arena.global().allocate(BLOCK, BLOCK).fill((byte) value);
  }

  /// Maps a file of four durable blocks of zeros.
  private static MappedWindow map(SimMachine sim) throws IOException {
    FileSystem files = sim.machine().files();
    files.createDirectories(DIRECTORY);
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(FILE, OpenMode.CREATE, queue)) {
      for (long block = 0; block < 4; block++) {
        file.write(block * BLOCK, block(0));
      }
      file.sync();
    }
    files.syncDirectory(DIRECTORY);
    return files.map(FILE, 0, 4 * BLOCK);
  }

  private static String sectors(ByteBuffer content, int block) {
    StringBuilder text = new StringBuilder();
    for (int sector = 0; sector < 8; sector++) {
      text.append(content.get(block * BLOCK + sector * 512));
    }
    return text.toString();
  }

  @Test
  void aStoreThatReturnedSurvivesTheDeathOfTheProcess() {
    FixedSeeds.forEach(
        50,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          MappedWindow window = map(sim);
          window.store(100, ONES, 0, 2000);
          window.store(BLOCK - 5, ONES, 0, 10);
          sim.killProcess();
          ByteBuffer found = sim.disk().contents(FILE);
          assertThat(found.get(99)).isZero();
          assertThat(found.get(100)).isEqualTo((byte) 1);
          assertThat(found.get(2099)).isEqualTo((byte) 1);
          assertThat(found.get(BLOCK + 4)).isEqualTo((byte) 1);
          window.close();
        });
  }

  @Test
  void unsyncedStoresSurviveLossOfPowerEachSectorByItsCoinAndInAnyOrder() {
    Set<String> first = new HashSet<>();
    Set<String> orders = new HashSet<>();
    FixedSeeds.forEach(
        300,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          MappedWindow window = map(sim);
          window.store(0, ONES, 0, BLOCK);
          window.store(BLOCK, ONES, 0, BLOCK);
          sim.losePower();
          ByteBuffer found = sim.disk().contents(FILE);
          first.add(sectors(found, 0));
          orders.add(found.get(0) + " " + found.get(BLOCK));
        });
    assertThat(first).contains("00000000", "11111111").hasSizeGreaterThan(10);
    assertThat(orders).containsExactlyInAnyOrder("0 0", "0 1", "1 0", "1 1");
  }

  @Test
  void aSyncCoversTheStoresOfItsRangeThatReturnedBeforeAndNoOthers() {
    Set<String> others = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          MappedWindow window = map(sim);
          window.store(0, ONES, 0, BLOCK);
          window.store(BLOCK, ONES, 0, BLOCK);
          window.sync(17, 1);
          window.store(0, TWOS, 0, 512);
          sim.losePower();
          ByteBuffer found = sim.disk().contents(FILE);
          assertThat(sectors(found, 0)).isIn("11111111", "21111111");
          others.add(found.get(0) + " " + found.get(BLOCK));
        });
    assertThat(others).containsExactlyInAnyOrder("1 0", "1 1", "2 0", "2 1");
  }

  @Test
  void aDeathInTheMiddleOfAStoreLeavesSomeOfItsPagesAndSomeOfTheirBytes() {
    Set<Integer> stored = new HashSet<>();
    FixedSeeds.forEach(
        300,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          MappedWindow window = map(sim);
          sim.disk().add(new Fault.Crash(sim.disk().operations() + 2, Death.KILL));
          MemorySegment three = Arena.ofAuto().allocate(3 * BLOCK).fill((byte) 1);
          assertThatThrownBy(() -> window.store(0, three, 0, 3 * BLOCK))
              .isInstanceOf(SimCrash.class);
          ByteBuffer found = sim.disk().contents(FILE);
          int ones = 0;
          while (found.hasRemaining()) {
            ones += found.get();
          }
          assertThat(ones).isBetween(BLOCK, 2 * BLOCK);
          stored.add(ones);
        });
    assertThat(stored).contains(BLOCK, 2 * BLOCK).hasSizeGreaterThan(20);
    assertThat(stored).as("a copy tears inside sectors").anyMatch(count -> count % 512 != 0);
  }

  @Test
  void aFailedSyncFailsTheWindowAndTheStoresDieWithThePower() {
    Set<Byte> left = new HashSet<>();
    FixedSeeds.forEach(
        100,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          MappedWindow window = map(sim);
          window.store(0, ONES, 0, BLOCK);
          sim.disk().failNext(Verb.SYNC, FILE::equals);
          assertThatThrownBy(() -> window.sync(0, BLOCK)).isInstanceOf(StorageException.class);
          assertThatThrownBy(() -> window.sync(0, BLOCK)).hasMessageContaining("earlier");
          assertThatThrownBy(() -> window.store(0, TWOS, 0, 1)).hasMessageContaining("earlier");
          assertThat(sim.disk().contents(FILE).get(0)).isEqualTo((byte) 1);
          sim.losePower();
          left.add(sim.disk().contents(FILE).get(0));
        });
    assertThat(left).containsExactlyInAnyOrder((byte) 0, (byte) 1);
  }

  @Test
  void aFailedStoreFailsTheWindowAndLeavesAnyRunOfItsBytes() {
    Set<Integer> stored = new HashSet<>();
    FixedSeeds.forEach(
        100,
        seed -> {
          SimMachine sim =
              new SimMachine(
                  seed, SimOptions.defaults().withFaults(FaultPlan.parse("honest: fail-store@1")));
          MappedWindow window = map(sim);
          assertThatThrownBy(() -> window.store(10, ONES, 0, 1000))
              .isInstanceOf(StorageException.class)
              .hasMessageContaining("store /data/f");
          assertThatThrownBy(() -> window.load(0, TWOS, 0, 1)).hasMessageContaining("earlier");
          ByteBuffer found = sim.disk().contents(FILE);
          int ones = 0;
          while (found.hasRemaining()) {
            ones += found.get();
          }
          stored.add(ones);
          window.close();
        });
    assertThat(stored).hasSizeGreaterThan(20).allMatch(count -> count <= 1000);
  }

  @Test
  void onACopyOnWriteDiskThatIsFullAStoreFailsTheWindow() throws IOException {
    SimMachine sim = new SimMachine(Seed.of(1), SimOptions.defaults().withCopyOnWrite(true));
    MappedWindow window = map(sim);
    sim.disk().setCapacityBytes(sim.disk().usedBytes());
    assertThatThrownBy(() -> window.store(0, ONES, 0, 1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> window.store(0, ONES, 0, 1)).hasMessageContaining("earlier");
  }

  @Test
  void writingAFileUnderItsWindowIsFoundAtOnce() throws IOException {
    SimMachine sim = new SimMachine(Seed.of(1));
    MappedWindow window = map(sim);
    FileSystem files = sim.machine().files();
    try (IoQueue queue = files.newQueue();
        StorageFile file = files.open(FILE, OpenMode.WRITE, queue)) {
      assertThatThrownBy(() -> file.write(0, ONES)).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(AssertionError.class);
      window.close();
      file.write(0, ONES);
    }
  }

  @Test
  void aWindowOfADeadProcessIsDead() throws IOException {
    SimMachine sim = new SimMachine(Seed.of(1));
    MappedWindow window = map(sim);
    sim.killProcess();
    assertThatThrownBy(() -> window.store(0, ONES, 0, 1)).isInstanceOf(SimCrash.class);
    window.close();
    try (MappedWindow next = sim.machine().files().map(FILE, 0, BLOCK)) {
      next.store(0, ONES, 0, 1);
    }
  }
}
