// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which databases `seawall watch` takes, and under which names.
final class WatchedDatabaseTest {
  @TempDir private Path home;
  private Path one;
  private Path other;

  @BeforeEach
  void twoOfOneName() throws Exception {
    one = Files.createFile(Files.createDirectories(home.resolve("a")).resolve("data.db"));
    other = Files.createFile(Files.createDirectories(home.resolve("b")).resolve("data.db"));
  }

  private Run watch(Object... databases) {
    Object[] all = new Object[databases.length + 3];
    all[0] = "watch";
    all[1] = "-b";
    all[2] = home.resolve("store");
    System.arraycopy(databases, 0, all, 3, databases.length);
    return Run.of(all);
  }

  @Test
  void aNameIsTheFileNameUnlessGiven() throws Exception {
    Path odd = Files.createFile(home.resolve("x=y.db"));
    assertThat(
            WatchedDatabase.parse(List.of(one.toString(), "second=" + other, odd.toString()), true))
        .containsExactly(
            new WatchedDatabase("data.db", one),
            new WatchedDatabase("second", other),
            new WatchedDatabase("x=y.db", odd));
  }

  @Test
  void twoEqualNamesEndItBeforeAnythingIsWritten() {
    Run run = watch(one, other);
    assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err()).contains("would share the replica data.db", "NAME=" + other);
    assertThat(home.resolve("store")).doesNotExist();
    assertThat(home.resolve("a")).isDirectoryNotContaining("glob:**seawall**");
  }

  @Test
  void oneFileIsNotWatchedTwice() throws Exception {
    Path link = Files.createSymbolicLink(home.resolve("link.db"), one);
    Run run = watch(one, link);
    assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err()).contains("named twice");
  }

  @Test
  void aMissingDatabaseIsAMistakeUnlessItIsWaitedFor() throws Exception {
    Run run = watch(home.resolve("typo.db"));
    assertThat(run.status()).isEqualTo(ExitCode.DATABASE.status());
    assertThat(run.err()).contains("typo.db", "--wait");
    assertThat(WatchedDatabase.parse(List.of(home.resolve("later.db").toString()), false))
        .hasSize(1);
  }

  @Test
  void namesThatCannotBeOnesAreRefused() {
    for (String name : new String[] {"ltx", "generations", "0009", "..", "a\\b", "lock.json"}) {
      Run run = watch(name + "=" + one);
      assertThat(run.status()).as(name).isEqualTo(ExitCode.USAGE.status());
    }
  }

  @Test
  void timesAreSecondsOrHaveAUnit() {
    DurationOption times = new DurationOption();
    assertThat(times.convert("1")).hasSeconds(1);
    assertThat(times.convert("500ms")).hasMillis(500);
    assertThat(times.convert("1.5m")).hasSeconds(90);
    assertThat(times.convert("2H")).hasHours(2);
    for (String flag : new String[] {"--wal-sync-interval", "--levels", "--lease-ttl"}) {
      Run run = watch(one, flag, "soon");
      assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
      assertThat(run.err()).contains("'soon' is not a time");
    }
  }

  @Test
  void aStoreThatIsNotThereIsNotMade() {
    Run run = watch(one);
    assertThat(run.status()).isEqualTo(ExitCode.STORE_NOT_FOUND.status());
    assertThat(home.resolve("store")).doesNotExist();
  }
}
