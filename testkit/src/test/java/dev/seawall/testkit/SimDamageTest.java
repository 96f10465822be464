// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.DiskFullException;
import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.IoTicket;
import dev.seawall.io.LockHeldException;
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

/// What a test can do to a disk, and which bugs of the code under test are found at once.
class SimDamageTest {
  private static final Path DIRECTORY = Path.of("/d");
  private static final Path FILE = DIRECTORY.resolve("f");

  private static MemorySegment blocks(int count, int value) {
    return Arena.ofAuto().allocate(4096L * count, 4096).fill((byte) value);
  }

  private static SimMachine machine(SimOptions options) throws IOException {
    SimMachine sim = new SimMachine(Seed.of(1), options);
    sim.machine().files().createDirectories(DIRECTORY);
    return sim;
  }

  private static StorageFile create(SimMachine sim) throws IOException {
    FileSystem files = sim.machine().files();
    return files.open(FILE, OpenMode.CREATE, files.newQueue());
  }

  private static SimMachine withFault(Fault fault) throws IOException {
    return machine(SimOptions.defaults().withFaults(FaultPlan.of(fault)));
  }

  @Test
  void theCapacityLimitsNewBlocksAndReadingGoesOn() throws IOException {
    SimMachine sim = machine(SimOptions.defaults().withCapacityBytes(3 * 4096));
    StorageFile file = create(sim);
    file.write(0, blocks(3, 1));
    file.write(0, blocks(3, 2));
    assertThat(sim.machine().files().usableBytes(DIRECTORY)).isZero();
    assertThatThrownBy(() -> file.write(3 * 4096, blocks(1, 1)))
        .isInstanceOf(DiskFullException.class);
    file.close();
    assertThat(sim.disk().contents(FILE).get(0)).isEqualTo((byte) 2);
    sim.machine().files().delete(FILE);
    assertThat(sim.disk().usedBytes()).isZero();
  }

  @Test
  void onCopyOnWriteStorageWrittenBlocksNeedRoomToo() throws IOException {
    SimOptions options = SimOptions.defaults().withCapacityBytes(2 * 4096).withCopyOnWrite(true);
    StorageFile file = create(machine(options));
    file.write(0, blocks(2, 1));
    assertThatThrownBy(() -> file.write(0, blocks(1, 2))).isInstanceOf(DiskFullException.class);
  }

  @Test
  void theDiskIsFullAtTheAllocationThatAPlanNames() throws IOException {
    SimMachine sim = withFault(new Fault.DiskFull(3));
    StorageFile file = create(sim);
    assertThatThrownBy(() -> file.write(0, blocks(1, 1))).isInstanceOf(DiskFullException.class);
    assertThat(sim.disk().allocations()).isEqualTo(3);
  }

  @Test
  void aFailedWriteLeavesOldOrNewSectorsAndPoisonsTheFile() {
    Set<String> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        200,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          sim.machine().files().createDirectories(DIRECTORY);
          StorageFile file = create(sim);
          file.write(0, blocks(1, 1));
          sim.disk().failNext(Verb.WRITE, FILE::equals);
          assertThatThrownBy(() -> file.write(0, blocks(1, 2))).isInstanceOf(IOException.class);
          assertThatThrownBy(file::sync).hasMessageContaining("earlier operation failed");
          assertThatThrownBy(() -> file.read(0, blocks(1, 0))).isInstanceOf(IOException.class);
          ByteBuffer found = sim.disk().contents(FILE);
          outcomes.add(found.get(0) + " " + found.get(512));
        });
    assertThat(outcomes).containsExactlyInAnyOrder("1 1", "1 2", "2 1", "2 2");
  }

  @Test
  void oneOfFourWritesInFlightFailsWhileLaterOnesAndASyncSucceed() throws IOException {
    SimMachine sim = machine(SimOptions.defaults());
    IoQueue queue = sim.machine().files().newQueue();
    StorageFile file = sim.machine().files().open(FILE, OpenMode.CREATE, queue);
    IoTicket[] tickets = new IoTicket[5];
    sim.disk().add(new Fault.Failure(Verb.WRITE, 2));
    for (int i = 0; i < 5; i++) {
      tickets[i] = new IoTicket();
      if (i < 4) {
        file.submitWrite(tickets[i], 4096L * i, blocks(1, i + 1));
      } else {
        file.submitSync(tickets[i]);
      }
    }
    while (queue.inFlight() > 0) {
      queue.await();
    }
    for (int i = 0; i < 5; i++) {
      assertThat(tickets[i].failure() == null).isEqualTo(i != 1);
    }
    IoTicket later = new IoTicket();
    file.submitSync(later);
    queue.close();
    assertThat(later.failure()).isNotNull();
  }

  @Test
  void lyingSyncsLostAndMisdirectedWritesReportSuccess() throws IOException {
    StorageFile lost = create(withFault(new Fault.LostWrite(1)));
    lost.write(0, blocks(1, 1));
    assertThat(read(lost)).isZero();

    SimMachine misdirecting = withFault(new Fault.MisdirectedWrite(2, 1));
    StorageFile misdirected = create(misdirecting);
    misdirected.write(0, blocks(2, 1));
    misdirected.write(0, blocks(1, 2));
    assertThat(misdirecting.disk().contents(FILE).get(0)).isEqualTo((byte) 1);
    assertThat(misdirecting.disk().contents(FILE).get(4096)).isEqualTo((byte) 2);

    SimMachine lying = withFault(new Fault.LyingSync(1));
    StorageFile synced = create(lying);
    synced.write(0, blocks(1, 1));
    synced.sync();
    assertThat(lying.disk().durableContents(FILE).remaining()).isZero();
    synced.sync();
    assertThat(lying.disk().durableContents(FILE).get(0)).isEqualTo((byte) 1);
  }

  private static byte read(StorageFile file) throws IOException {
    MemorySegment target = blocks(1, 9);
    file.read(0, target);
    return target.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void bitsFlipOnTheMediumAndInTheCache() throws IOException {
    SimMachine sim = machine(SimOptions.defaults());
    StorageFile file = create(sim);
    file.write(0, blocks(1, 1));
    file.sync();
    sim.machine().files().syncDirectory(DIRECTORY);
    sim.disk().flipBit(FILE, 0, 7);
    assertThat(read(file)).isEqualTo((byte) 0x81);
    sim.losePower();
    assertThat(sim.disk().contents(FILE).get(0)).isEqualTo((byte) 0x81);
  }

  @Test
  void hardLinksShareBytesAndAreCounted() throws IOException {
    SimMachine sim = machine(SimOptions.defaults());
    StorageFile file = create(sim);
    Path backup = DIRECTORY.resolve("backup");
    sim.disk().link(FILE, backup);
    assertThat(sim.machine().files().status(FILE).links()).isEqualTo(2);
    file.write(0, blocks(1, 4));
    assertThat(sim.disk().contents(backup).get(0)).isEqualTo((byte) 4);
    sim.disk().deleteForeign(FILE);
    assertThat(sim.machine().files().status(backup).links()).isEqualTo(1);
  }

  @Test
  void foreignersReplaceFilesHoldLocksAndDenyPaths() throws Exception {
    SimMachine sim = machine(SimOptions.defaults());
    FileSystem files = sim.machine().files();
    sim.disk().replaceForeign(FILE, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(files.status(FILE).bytes()).isEqualTo(3);
    try (AutoCloseable _ = sim.disk().lockForeign(DIRECTORY, "pid 7")) {
      assertThatThrownBy(() -> files.lock(DIRECTORY)).hasMessageContaining("pid 7");
      sim.killProcess();
      assertThatThrownBy(() -> sim.machine().files().lock(DIRECTORY))
          .isInstanceOf(LockHeldException.class);
    }
    sim.machine().files().lock(DIRECTORY).close();
    sim.disk().deny(FILE);
    assertThatThrownBy(
            () -> sim.machine().files().open(FILE, OpenMode.READ, sim.machine().files().newQueue()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("permission denied");
  }

  @Test
  void locksDieWithTheProcess() throws IOException {
    SimMachine sim = machine(SimOptions.defaults());
    DirectoryLock lock = sim.machine().files().lock(DIRECTORY);
    sim.killProcess();
    sim.machine().files().lock(DIRECTORY).verifyHeld();
    assertThatThrownBy(lock::verifyHeld).isInstanceOf(SimCrash.class);
    lock.close();
    assertThatThrownBy(() -> sim.machine().files().lock(DIRECTORY))
        .as("closing a dead lock frees nothing")
        .isInstanceOf(LockHeldException.class);
  }

  @Test
  void memoryFreedWhileAWriteIsInFlightIsFound() throws IOException {
    SimMachine sim = machine(SimOptions.defaults());
    IoQueue queue = sim.machine().files().newQueue();
    StorageFile file = sim.machine().files().open(FILE, OpenMode.CREATE, queue);
    try (Arena arena = Arena.ofConfined()) {
      file.submitWrite(new IoTicket(), 0, arena.allocate(4096, 4096));
    }
    assertThatThrownBy(queue::await)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("freed while the write was in flight");
  }

  @Test
  void bytesAreTakenAtAMomentBetweenSubmissionAndTheEnd() {
    Set<Byte> outcomes = new HashSet<>();
    FixedSeeds.forEach(
        100,
        seed -> {
          SimMachine sim = new SimMachine(seed);
          sim.machine().files().createDirectories(DIRECTORY);
          IoQueue queue = sim.machine().files().newQueue();
          StorageFile file = sim.machine().files().open(FILE, OpenMode.CREATE, queue);
          MemorySegment source = blocks(1, 1);
          IoTicket ticket = new IoTicket();
          file.submitWrite(ticket, 0, source);
          queue.poll();
          source.fill((byte) 2);
          queue.close();
          source.fill((byte) 3);
          outcomes.add(sim.disk().contents(FILE).get(0));
        });
    assertThat(outcomes).containsExactlyInAnyOrder((byte) 1, (byte) 2);
  }
}
