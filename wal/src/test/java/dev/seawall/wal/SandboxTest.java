// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.io.Backend;
import dev.seawall.io.BackendChoice;
import dev.seawall.io.BackendReport;
import dev.seawall.io.ChildJvm;
import dev.seawall.io.Machine;
import dev.seawall.io.Seccomp;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A log in places that forbid something: it works, and it says what it uses and why.
///
/// What the backends themselves do there is in `io`'s test of the same name.
@EnabledOnOs(OS.LINUX)
final class SandboxTest {
  private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");
  private static final String NOBODY = "65534";

  /// Where nothing but a container or an old kernel forbids io_uring.
  private static final String BEST = "uring|direct \\(URING: io_uring cannot be used.*";

  @TempDir private Path temp;

  /// Installs filters if told to (`CALL:ERRNO`), appends from four threads over several segments,
  /// reads it all, opens again, reads it all again.
  static final class Child {
    private static final int THREADS = 4;
    private static final int RECORDS = 60;

    public static void main(String[] arguments) throws Exception {
      Seccomp.refuse(Arrays.asList(arguments).subList(1, arguments.length));
      BackendChoice choice =
          BackendChoice.firstOf(List.of(Backend.URING, Backend.DIRECT, Backend.CHANNEL));
      List<String> told = new ArrayList<>();
      WalOptions options =
          WalOptions.defaults()
              .withFirstSegmentBytes(64 << 10)
              .withSegmentBytes(256 << 10)
              .withListener(
                  new WalListener() {
                    @Override
                    public void backendTaken(BackendReport report) {
                      told.add(report.text());
                    }
                  });
      Path directory = Path.of(arguments[0]);
      for (int life = 1; life <= 2; life++) {
        Machine machine = SystemMachine.open(choice);
        try (WriteAheadLog log = WriteAheadLog.open(directory, options, machine)) {
          append(log);
          WalStats stats = log.stats();
          check(log.durableIndex() == (long) life * THREADS * RECORDS, "not durable");
          check(stats.rolls() > 0, "no roll");
          System.out.println("right to " + read(log));
          System.out.println(
              "stats: " + new BackendReport(stats.backend(), stats.refusedBackends()).text());
        } finally {
          machine.scheduler().close();
        }
      }
      told.forEach(line -> System.out.println("told: " + line));
    }

    private static void append(WriteAheadLog log) throws InterruptedException {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    for (int j = 0; j < RECORDS; j++) {
                      log.append(payload(1000 + j * 37));
                    }
                  } catch (WalException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    private static void check(boolean held, String otherwise) {
      if (!held) {
        throw new AssertionError(otherwise);
      }
    }

    private static byte[] payload(int bytes) {
      byte[] payload = new byte[bytes];
      Arrays.fill(payload, (byte) bytes);
      return payload;
    }

    private static long read(WriteAheadLog log) throws WalException, StorageException {
      long last = 0;
      try (WalReader reader = log.reader(1)) {
        while (reader.next()) {
          byte[] found = reader.payloadBytes();
          check(Arrays.equals(found, payload(found.length)), "other bytes");
          last = reader.index();
        }
      }
      return last;
    }
  }

  private static String run(String shell, List<String> flags, String... arguments)
      throws Exception {
    return ChildJvm.run(shell, flags, List.of(WriteAheadLog.class), Child.class, arguments);
  }

  /// Returns what it used, as listener and statistics said in both lives.
  private static String assertWorked(String said) {
    assertThat(said).contains("right to 240\n", "right to 480\n").endsWith("exit 0");
    List<String> told = after(said, "told: ");
    assertThat(told).as(said).hasSize(2).isEqualTo(after(said, "stats: "));
    assertThat(told.getLast()).as(said).isEqualTo(told.getFirst());
    return told.getFirst();
  }

  private static List<String> after(String said, String word) {
    return said.lines()
        .filter(l -> l.startsWith(word))
        .map(l -> l.substring(word.length()))
        .toList();
  }

  private static void assumeIoUring() {
    try {
      SystemMachine.open(Backend.URING).scheduler().close();
    } catch (StorageException e) {
      assumeTrue(false, "nothing to forbid: " + e.getMessage());
    }
  }

  private String log() {
    return temp.resolve("log").toString();
  }

  /// 425 is `io_uring_setup`, 426 `io_uring_enter`; 1 is EPERM, 38 ENOSYS.
  @ParameterizedTest
  @CsvSource({
    "425:1, io_uring_setup: forbidden",
    "425:38, io_uring_setup: the kernel has none",
    "426:1, io_uring_enter: forbidden",
  })
  void underARealSeccompFilterTheLogTakesDirectSystemCalls(String filter, String why)
      throws Exception {
    assumeIoUring();
    assertThat(assertWorked(run("", NATIVE, log(), filter)))
        .startsWith("direct (URING: io_uring cannot be used (" + why);
  }

  /// Java 25 warns and allows; the second is what a later one does by itself.
  @Test
  void withoutTheFlagForNativeAccessTheLogWorks() throws Exception {
    String warned = run("", List.of(), log());
    assertThat(assertWorked(warned)).matches(BEST);
    assertThat(warned).contains("WARNING", "--enable-native-access");
    String denied =
        run("", List.of("--illegal-native-access=deny"), temp.resolve("denied").toString());
    assertThat(assertWorked(denied)).startsWith("channel (URING: native access is denied");
  }

  @Test
  void aSwitchOfTheOperatorIsObeyedAndNamed() throws Exception {
    String said =
        run(
            "export SEAWALL_WAL_DISABLE_IO_URING=1 SEAWALL_WAL_DISABLE_BUFFER_POOL=1",
            NATIVE,
            log());
    assertThat(assertWorked(said)).isEqualTo("direct (URING: SEAWALL_WAL_DISABLE_IO_URING is set)");
  }

  /// Since Linux 6.6 tmpfs takes direct I/O, before it the page cache has to do.
  @Test
  void inMemoryTheLogWorksAndSaysSo() throws Exception {
    Path memory = Path.of("/dev/shm");
    assumeTrue(
        Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"),
        "/dev/shm is no tmpfs here");
    Path directory = Files.createTempDirectory(memory, "seawall-");
    try {
      String said = run("", NATIVE, directory.resolve("log").toString());
      assertThat(assertWorked(said))
          .matches(BEST + "|buffered \\(URING: the file system of " + directory + ".*");
    } finally {
      delete(directory);
    }
  }

  /// Only root can become somebody else. His files are his alone; another one's log is refused.
  @Test
  void asAnotherUserTheLogWorksAndNobodyElsesIsTouched() throws Exception {
    String become = "setpriv --reuid " + NOBODY + " --regid " + NOBODY + " --clear-groups";
    assumeTrue(
        shell(become + " true") == 0, "only root can become another user, by setpriv: skipped");
    String classes = ChildJvm.classPath(List.of(WriteAheadLog.class), Child.class);
    assumeTrue(
        shell(become + " test -r " + classes.replace(":", " -a -r ")) == 0,
        "user " + NOBODY + " cannot read the classes in " + classes + ": skipped");
    Path home = Files.createTempDirectory("seawall-");
    try {
      assertThat(shell("chown " + NOBODY + " " + home)).isZero();
      String becomeThen = "exec " + become + " \"$@\"";
      String own = home.resolve("own").toString();
      String said = run(becomeThen, NATIVE, own);
      assertThat(assertWorked(said)).matches(BEST);
      assertThat(Files.getAttribute(Path.of(own), "unix:uid")).hasToString(NOBODY);
      assertThat(Files.getPosixFilePermissions(Path.of(own))).hasSize(3);

      try (WriteAheadLog log = WriteAheadLog.open(temp.resolve("ours"), WalOptions.defaults())) {
        log.append(new byte[] {1});
      }
      String refused = run(becomeThen, NATIVE, temp.resolve("ours").toString());
      assertThat(refused)
          .contains("StorageException", temp.toString(), "ermission denied")
          .endsWith("exit 1");
    } finally {
      delete(home);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static int shell(String command) throws Exception {
    return new ProcessBuilder("sh", "-c", command).start().waitFor();
  }
}
