// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.replicate.ReplicatorOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Each flag of the verbs that replicate reaches the option that it is about, and no other.
final class ReplicatorFlagsTest {
  private static final WatchedDatabase DATABASE =
      new WatchedDatabase("app", Path.of("/srv/app.db"));

  @Command
  private static final class Verb {
    @Mixin private StoreOptions store;
    @Mixin private ReplicatorFlags flags;
    @Mixin private ReplicatorFlags.Pace pace;

    static Verb of(String... arguments) {
      Verb verb = new Verb();
      String[] all = new String[arguments.length + 2];
      all[0] = "-b";
      all[1] = "./replicas";
      System.arraycopy(arguments, 0, all, 2, arguments.length);
      new CommandLine(verb).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(all);
      return verb;
    }

    ReplicatorOptions options() {
      return pace.applyTo(flags.options(DATABASE));
    }
  }

  @Test
  void withoutFlagsEverythingIsTheLibrarysDefault() {
    ReplicatorOptions options = Verb.of().options();
    ReplicatorOptions defaults = ReplicatorOptions.defaults();
    assertThat(options)
        .usingRecursiveComparison()
        .ignoringFields("lease", "DEFAULTS")
        .isEqualTo(defaults);
    assertThat(options.lease().ttlMillis()).isEqualTo(defaults.lease().ttlMillis());
  }

  @Test
  void timesAndThresholdsOfWatch() {
    ReplicatorOptions options =
        Verb.of(
                "--wal-sync-interval=2s",
                "--poll-interval=3ms",
                "--snapshot-interval=4m",
                "--max-changes=5",
                "--max-interval=6m",
                "--on-idle=7s",
                "--on-startup=true",
                "--levels=8s,9m",
                "--checkpoint-interval=10s",
                "--min-checkpoint-pages=11",
                "--wal-truncate-threshold=12")
            .options();
    assertThat(options.syncIntervalMillis()).isEqualTo(2000);
    assertThat(options.pollMillis()).isEqualTo(3);
    assertThat(options.snapshotIntervalMillis()).isEqualTo(240_000);
    assertThat(options.snapshotMaxFrames()).isEqualTo(5);
    assertThat(options.snapshotMaxIntervalMillis()).isEqualTo(360_000);
    assertThat(options.snapshotIdleMillis()).isEqualTo(7000);
    assertThat(options.snapshotAtStart()).isTrue();
    assertThat(options.levels()).containsExactly(Duration.ofSeconds(8), Duration.ofMinutes(9));
    assertThat(options.checkpointIntervalMillis()).isEqualTo(10_000);
    assertThat(options.minCheckpointPages()).isEqualTo(11);
    assertThat(options.truncatePages()).isEqualTo(12);
  }

  @Test
  void whatIsCommonToWatchAndSnapshot() {
    ReplicatorOptions options =
        Verb.of("--spool=/spool", "--uploader-concurrency=2", "--encoding=block", "--lease-ttl=9m")
            .options();
    assertThat(options.spool(DATABASE.path())).isEqualTo(Path.of("/spool/app"));
    assertThat(options.uploads()).isEqualTo(2);
    assertThat(options.encoding()).isEqualTo(PageEncoding.BLOCK);
    assertThat(options.lease().ttlMillis()).isEqualTo(540_000);
    assertThat(Verb.of("--no-lease").options().lease()).isNull();
  }

  @Test
  void retries() {
    RetryPolicy policy =
        Verb.of("--max-retries=2", "--base-delay-ms=3", "--max-delay-ms=40").store.retry();
    assertThat(policy)
        .usingRecursiveComparison()
        .isEqualTo(
            RetryPolicy.defaults().withMaxAttempts(3).withBaseMillis(3).withMaxDelayMillis(40));
  }

  @Test
  void aValueThatCannotBeIsRefused() {
    assertThatThrownBy(() -> Verb.of("--max-changes=-1").options())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("frames for a snapshot is -1");
    assertThatThrownBy(() -> Verb.of("--levels=5m,30s").options())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("ascending");
    assertThatThrownBy(() -> Verb.of("--max-retries=-1").store.retry())
        .isInstanceOf(CommandFailure.class);
  }
}
