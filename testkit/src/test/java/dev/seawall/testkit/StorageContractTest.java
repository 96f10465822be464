// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// One suite for every implementation: the simulation is only worth what it shares with the real
/// thing.
class StorageContractTest {

  private static List<ContractLine> lines() {
    List<ContractLine> all = new ArrayList<>(StorageContract.lines());
    all.addAll(MappedWindowContract.lines());
    all.addAll(SchedulerContract.lines());
    return all;
  }

  @TestFactory
  Stream<DynamicTest> simulated() {
    return lines().stream()
        .map(line ->
            dynamicTest(
                line.name(),
                () -> {
                  Path directory = Path.of("/simulated/directory");
                  for (int seed = 0; seed < 20; seed++) {
                    SimMachine sim = new SimMachine(Seed.of(seed));
                    sim.machine().files().createDirectories(directory);
                    line.check(sim.machine(), directory);
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> onChannels() {
    return real(Backend.CHANNEL, "channel");
  }

  @TestFactory
  @EnabledOnOs(OS.LINUX)
  Stream<DynamicTest> onDirectInputOutput() {
    return real(Backend.DIRECT, "direct");
  }

  @TestFactory
  @EnabledOnOs(OS.LINUX)
  Stream<DynamicTest> onThreads() {
    return real(Backend.THREADS, "threads");
  }

  /// Skipped where a container or an old kernel has no io_uring; the reason is printed.
  @TestFactory
  @EnabledOnOs(OS.LINUX)
  Stream<DynamicTest> onIoUring() {
    try {
      SystemMachine.open(Backend.URING).scheduler().close();
    } catch (StorageException e) {
      abort(e.getMessage());
    }
    return real(Backend.URING, "uring");
  }

  /// The backend is forced and its name checked: a fallback to another one would pass as well.
  private static Stream<DynamicTest> real(Backend backend, String name) {
    return lines().stream().map(line -> dynamicTest(line.name(), () -> check(line, backend, name)));
  }

  private static void check(ContractLine line, Backend backend, String name) throws Exception {
    // Below the build, not in the temporary directory: that is often in memory.
    Path directory = Files.createTempDirectory(Path.of("target"), "contract").toAbsolutePath();
    Machine machine = SystemMachine.open(backend);
    try {
      assertThat(machine.files().backend()).isEqualTo(name);
      line.check(machine, directory);
      assertThat(machine.files().backend()).isEqualTo(name);
    } finally {
      machine.scheduler().close();
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void noLineOfTheContractsIsForgotten() {
    for (Class<?> contract :
        List.of(StorageContract.class, MappedWindowContract.class, SchedulerContract.class)) {
      List<String> written =
          Arrays.stream(contract.getDeclaredMethods())
              .filter(method -> !method.isSynthetic() && isLine(method))
              .map(Method::getName)
              .toList();
      assertThat(lines().stream().map(ContractLine::name)).containsAll(written);
      assertThat(written).isNotEmpty();
    }
  }

  private static boolean isLine(Method method) {
    return method.getReturnType() == void.class
        && method.getParameterCount() == 0
        && !Modifier.isPrivate(method.getModifiers())
        && !Modifier.isStatic(method.getModifiers());
  }
}
