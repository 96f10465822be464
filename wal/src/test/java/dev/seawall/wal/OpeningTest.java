// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageFile;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What opening a log reads: of a sealed segment its header, its first frame and its seal, however
/// long it is; the last segment, because what is promised stands in it.
class OpeningTest {
  private static final int BLOCK = 4096;
  private static final int SEGMENT_BYTES = 256 << 10;

  /// Counts the bytes that are read of each file.
  private static final class Meter {
    final Map<Path, Long> bytes = new HashMap<>();

    Machine over(Machine machine) {
      FileSystem files =
          metered(
              FileSystem.class,
              machine.files(),
              (method, arguments, result) ->
                  result instanceof StorageFile file
                      ? metered(
                          StorageFile.class,
                          file,
                          (call, values, count) -> {
                            if (call.getName().equals("read")) {
                              bytes.merge(
                                  (Path) arguments[0], ((Number) count).longValue(), Long::sum);
                            }
                            return count;
                          })
                      : result);
      return new Machine(files, machine.scheduler(), machine.time(), machine.random());
    }

    private interface After {
      Object result(Method method, Object[] arguments, Object result);
    }

    private static <T> T metered(Class<T> type, T target, After after) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> {
                try {
                  return after.result(method, arguments, method.invoke(target, arguments));
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }
  }

  private static WalOptions options() {
    return CrashLab.tiny().withSegmentBytes(SEGMENT_BYTES).withFirstSegmentBytes(SEGMENT_BYTES);
  }

  private static CrashLab filled(int sealed, int pins) throws Exception {
    CrashLab lab = new CrashLab(Seed.of(5), SimOptions.defaults(), options());
    try (WriteAheadLog log = lab.open()) {
      for (int pin = 0; pin < pins; pin++) {
        log.pin("p".repeat(60) + pin, 1);
      }
      long index = 0;
      for (int segment = 0; segment < sealed; segment++) {
        for (int record = 0; record < 10; record++) {
          index = CrashLab.append(log, index + 1, 20_000);
        }
        log.roll();
      }
      CrashLab.append(log, index + 1, 100);
    }
    return lab;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 40})
  void ofASealedSegmentThreeBlocksAreReadAndNoRecord(int sealed) throws Exception {
    CrashLab lab = filled(sealed, 0);
    Meter meter = new Meter();
    try (WriteAheadLog log =
        WriteAheadLog.open(CrashLab.DIRECTORY, lab.options, meter.over(lab.machine.machine()))) {
      assertThat(log.lastIndex()).isEqualTo(sealed * 10L + 1);
    }
    assertThat(ofSealed(meter, lab, sealed)).allMatch(bytes -> bytes > 0 && bytes <= 3 * BLOCK);
    long behind = meter.bytes.values().stream().mapToLong(Long::longValue).sum();
    behind -= ofSealed(meter, lab, sealed).stream().mapToLong(Long::longValue).sum();
    assertThat(behind).as("the last segment, once").isBetween(1L, SEGMENT_BYTES + 4L * BLOCK);
  }

  /// The first frame names all pins: with many it is longer than a block.
  @Test
  void aFirstFrameLongerThanABlockIsReadWhole() throws Exception {
    CrashLab lab = filled(6, 64);
    Meter meter = new Meter();
    try (WriteAheadLog log =
        WriteAheadLog.open(CrashLab.DIRECTORY, lab.options, meter.over(lab.machine.machine()))) {
      assertThat(log.pins()).hasSize(64);
      assertThat(log.recovery().verdict()).isEqualTo(RecoveryReport.Verdict.CLEAN);
    }
    assertThat(ofSealed(meter, lab, 6).subList(1, 6)) // The first was begun without pins.
        .allMatch(bytes -> bytes > 3 * BLOCK && bytes <= 5 * BLOCK);
  }

  @Test
  void forReadingOnlyNoMoreIsRead() throws Exception {
    CrashLab lab = filled(20, 0);
    Meter meter = new Meter();
    try (ReadOnlyLog log =
        ReadOnlyLog.open(CrashLab.DIRECTORY, lab.options, meter.over(lab.machine.machine()))) {
      assertThat(log.lastIndex(Visibility.DURABLE)).isEqualTo(201);
    }
    assertThat(ofSealed(meter, lab, 20)).allMatch(bytes -> bytes > 0 && bytes <= 3 * BLOCK);
  }

  private static List<Long> ofSealed(Meter meter, CrashLab lab, int sealed) {
    List<Path> files = lab.segments().subList(0, sealed);
    return files.stream().map(file -> meter.bytes.getOrDefault(file, 0L)).toList();
  }
}
