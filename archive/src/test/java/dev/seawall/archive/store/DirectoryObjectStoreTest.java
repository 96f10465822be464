// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.testkit.ObjectStoreContract;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A directory keeps the contract of object stores, and stays a directory that others can read.
class DirectoryObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("db/ltx/0/key.ltx");

  @TempDir Path directory;
  private Machine machine;

  @BeforeEach
  void open() throws IOException {
    machine = SystemMachine.open(Backend.AUTO);
  }

  @AfterEach
  void close() {
    machine.scheduler().close();
  }

  private DirectoryObjectStore store() throws IOException {
    return DirectoryObjectStore.open(machine, directory);
  }

  private ObjectInfo put(DirectoryObjectStore store, String text) throws IOException {
    return store.put(KEY, ObjectContent.of(text), Map.of("a", "b"), PutCondition.ifAbsent());
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContractOnARealDisk() {
    return ObjectStoreContract.lines().stream()
        .map(line ->
            dynamicTest(
                line.name(),
                () -> {
                  Machine own = SystemMachine.open(Backend.AUTO);
                  try {
                    Path root = Files.createTempDirectory(Path.of("target"), "objects");
                    line.check(DirectoryObjectStore.open(own, root.toAbsolutePath()));
                  } finally {
                    own.scheduler().close();
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContractOnASimulatedDisk() {
    return ObjectStoreContract.lines().stream()
        .map(line ->
            dynamicTest(
                line.name(),
                () -> {
                  for (int seed = 1; seed <= 5; seed++) {
                    Machine own = new SimMachine(Seed.of(seed)).machine();
                    line.check(DirectoryObjectStore.create(own, Path.of("/store")));
                  }
                }));
  }

  @Test
  void anObjectIsAFileOfTheSameBytes() throws IOException {
    put(store(), "the bytes");
    assertThat(directory.resolve("db/ltx/0/key.ltx")).hasContent("the bytes");
    try (Stream<Path> all = Files.list(directory.resolve("db/ltx/0"))) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("key.ltx", ".seawall");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseMayReadIt() throws IOException {
    put(store(), "secret");
    try (Stream<Path> all = Files.walk(directory.resolve("db"))) {
      for (Path each : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
      }
    }
  }

  @Test
  void aFileOfAnotherProgramIsAnObjectWithoutMetadata() throws IOException {
    Path file = directory.resolve("db/ltx/0/key.ltx");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "foreign");
    ObjectInfo info = store().head(KEY);
    assertThat(info.bytes()).isEqualTo(7);
    assertThat(info.metadata()).isEmpty();
    assertThatThrownBy(() -> put(store(), "mine")).hasMessageContaining("it exists");
    store()
        .put(KEY, ObjectContent.of("mine"), Map.of(), PutCondition.ifMatch(info.requireVersion()));
    assertThat(file).hasContent("mine");
  }

  @Test
  void aFileThatAnotherProgramReplacedLosesItsRecord() throws IOException {
    put(store(), "ours");
    Files.writeString(directory.resolve("db/ltx/0/key.ltx"), "four");
    assertThat(store().head(KEY).metadata()).isEmpty();
  }

  @Test
  void aMissingRootIsNotMadeByAccident() {
    Path missing = directory.resolve("unmounted");
    assertThatThrownBy(() -> DirectoryObjectStore.open(machine, missing))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STORE_NOT_FOUND))
        .hasMessageContaining("mounted");
    assertThat(missing).doesNotExist();
  }

  @Test
  void aRootThatVanishesIsNotAnEmptyStore() throws IOException {
    DirectoryObjectStore store = DirectoryObjectStore.create(machine, directory.resolve("s"));
    Files.delete(directory.resolve("s"));
    assertThatThrownBy(() -> store.list("", null, 10)).hasMessageContaining("no such directory");
    assertThatThrownBy(() -> store.head(KEY)).hasMessageContaining("no such directory");
    assertThatThrownBy(() -> put(store, "x")).hasMessageContaining("no such directory");
  }

  @Test
  void namesThatADirectoryCannotHoldAreInvalid() throws IOException {
    DirectoryObjectStore store = store();
    for (String name :
        List.of(".seawall/x", "a/.seawall", "x".repeat(241), "a/" + "ü".repeat(121))) {
      assertThatThrownBy(() ->
              store.put(ObjectKey.of(name), ObjectContent.of(""), Map.of(), PutCondition.always()))
          .isInstanceOfSatisfying(
              ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }
    put(store, "x");
    assertThatThrownBy(() ->
            store.put(
                ObjectKey.of("db/ltx"), ObjectContent.of(""), Map.of(), PutCondition.always()))
        .hasMessageContaining("other objects lie below it");
  }

  @Test
  void aSidecarOfANewerVersionIsRefusedAsTooNew() throws IOException {
    put(store(), "x");
    Path sidecar = directory.resolve("db/ltx/0/.seawall/key.ltx.meta");
    Files.writeString(sidecar, Files.readString(sidecar).replace("object 1", "object 2"));
    assertThatThrownBy(() -> store().head(KEY)).hasMessageContaining("too new");
  }

  @Test
  void aDamagedSidecarIsReportedNotIgnored() throws IOException {
    put(store(), "x");
    Path sidecar = directory.resolve("db/ltx/0/.seawall/key.ltx.meta");
    Files.writeString(sidecar, Files.readString(sidecar).replace("meta a b", "meta a c"));
    assertThatThrownBy(() -> store().head(KEY)).hasMessageContaining("checksum is wrong");
  }

  @Test
  void contentLeftByACrashIsSweptADayLater() throws IOException {
    put(store(), "x");
    Path home = directory.resolve("db/ltx/0/.seawall");
    long now = System.currentTimeMillis();
    Path old = home.resolve("%016x-%016x.part".formatted(now - 90_000_000, 7));
    Path young = home.resolve("%016x-%016x.part".formatted(now - 1000, 8));
    Files.createFile(old);
    Files.createFile(young);
    DirectoryObjectStore store = store();
    assertThatThrownBy(() -> put(store, "y")).hasMessageContaining("exists");
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  /// I-14: several stores, several threads, one winner.
  @Test
  void ofRacingStoresExactlyOneWins() throws Exception {
    for (int round = 0; round < 5; round++) {
      ObjectKey key = ObjectKey.of("race/" + round);
      AtomicInteger won = new AtomicInteger();
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> threads =
          Stream.of("a", "b", "c", "d")
              .map(name ->
                  Thread.ofPlatform()
                      .start(() -> {
                        try {
                          DirectoryObjectStore store = store();
                          start.await();
                          store.put(
                              key,
                              ObjectContent.of(name),
                              Map.of("writer", name),
                              PutCondition.ifAbsent());
                          won.incrementAndGet();
                        } catch (ObjectStoreException e) {
                          assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED);
                        } catch (Exception e) {
                          throw new AssertionError(e);
                        }
                      }))
              .toList();
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(won).hasValue(1);
      assertThat(directory.resolve("race/" + round))
          .hasContent(store().head(key).metadata().get("writer"));
    }
  }
}
