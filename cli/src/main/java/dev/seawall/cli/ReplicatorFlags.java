// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LeaseOptions;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.cli.ops.ThisProcess;
import dev.seawall.io.Machine;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.replicate.ReplicatorOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of the verbs that replicate: how.
final class ReplicatorFlags {
  private static final int CALLS = 8;
  private static final long COOLDOWN_MILLIS = 60_000;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Where what is not shipped yet waits, below it one directory for each database. Default:"
              + " .FILE-seawall beside each database.")
  private @Nullable Path spool;

  @Option(
      names = "--no-circuit-breaker",
      description = "Go on calling a store however often it failed.")
  private boolean noBreaker;

  @Option(
      names = "--circuit-breaker-threshold",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "After so many failures in a row the store is left alone for a minute. Default:"
              + " ${DEFAULT-VALUE}.")
  private int breakerThreshold;

  @Option(
      names = "--uploader-concurrency",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Links of one database that are uploaded at once; they are published in order. Default:"
              + " ${DEFAULT-VALUE}.")
  private int uploads;

  @Option(
      names = "--encoding",
      paramLabel = "HOW",
      defaultValue = "frame",
      completionCandidates = Encodings.class,
      description =
          "How pages are written: ${COMPLETION-CANDIDATES}. Every Litestream 0.5 reads frame;"
              + " block is smaller and needs 0.5.16. Default: ${DEFAULT-VALUE}.")
  private PageEncoding encoding = PageEncoding.FRAME;

  @Option(
      names = "--lease-ttl",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationOption.class,
      description =
          "How long a writer that died keeps others from the replica. Default: ${DEFAULT-VALUE}.")
  private Duration leaseTtl = Duration.ZERO;

  @Option(
      names = "--no-lease",
      description =
          "Do not look whether another process writes the replica, and do not stop one that does.")
  private boolean noLease;

  ReplicatorFlags() {}

  /// Returns the options for one database.
  ///
  /// @throws CommandFailure when a flag's value is wrong
  ReplicatorOptions options(WatchedDatabase database) {
    try {
      ReplicatorOptions options =
          ReplicatorOptions.defaults().withUploads(uploads).withEncoding(encoding);
      if (spool != null) {
        options = options.withSpool(spool.toAbsolutePath().resolve(database.name()));
      }
      return noLease
          ? options.withoutLease()
          : options.withLease(
              LeaseOptions.of(ThisProcess.describe())
                  .withTtlMillis(leaseTtl.toMillis())
                  .withRestWhenIdle(true));
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /// Returns what makes calls again for all databases.
  Retrier retrier(Machine machine, RetryPolicy policy) {
    try {
      int threshold = noBreaker ? Integer.MAX_VALUE : breakerThreshold;
      CircuitBreaker breaker = new CircuitBreaker(machine.time(), threshold, COOLDOWN_MILLIS);
      return new Retrier(machine, policy, breaker);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /// Returns how many calls to the store may be under way.
  static int calls() {
    return CALLS;
  }

  static CommandFailure refused(IllegalArgumentException e) {
    return new CommandFailure(ExitCode.USAGE, "options: " + e.getMessage(), e);
  }

  /// Options of `watch` only: when.
  static final class Pace {
    @Option(
        names = "--wal-sync-interval",
        paramLabel = "TIME",
        defaultValue = "1s",
        converter = DurationOption.class,
        description =
            "While a database is busy, its commits are shipped together so often; after quiet, at"
                + " once. Default: ${DEFAULT-VALUE}.")
    private Duration syncInterval = Duration.ZERO;

    @Option(
        names = "--poll-interval",
        paramLabel = "TIME",
        defaultValue = "50ms",
        converter = DurationOption.class,
        description = "How often a database is looked at. Default: ${DEFAULT-VALUE}.")
    private Duration poll = Duration.ZERO;

    @Option(
        names = "--snapshot-interval",
        paramLabel = "TIME",
        defaultValue = "1h",
        converter = DurationOption.class,
        description =
            "How often a database that changed is copied whole; 0 for never. Default:"
                + " ${DEFAULT-VALUE}.")
    private Duration snapshotInterval = Duration.ZERO;

    @Option(
        names = "--max-changes",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "A snapshot is also made after so many frames of SQLite's log; 0 for never. Default:"
                + " ${DEFAULT-VALUE}.")
    private long maxChanges;

    @Option(
        names = "--max-interval",
        paramLabel = "TIME",
        defaultValue = "0",
        converter = DurationOption.class,
        description =
            "A snapshot is also made so long after the first change that the last one does not"
                + " have; 0 for never. Default: ${DEFAULT-VALUE}.")
    private Duration maxInterval = Duration.ZERO;

    @Option(
        names = "--on-idle",
        paramLabel = "TIME",
        defaultValue = "0",
        converter = DurationOption.class,
        description =
            "A snapshot is also made when a database that changed was idle for so long; 0 for"
                + " never. Default: ${DEFAULT-VALUE}.")
    private Duration onIdle = Duration.ZERO;

    @Option(
        names = "--on-startup",
        paramLabel = "true|false",
        defaultValue = "false",
        arity = "1",
        description =
            "Whether a snapshot of each database is made at the start. Not needed to be safe."
                + " Default: ${DEFAULT-VALUE}.")
    private boolean onStartup;

    @Option(
        names = "--levels",
        paramLabel = "TIME",
        split = ",",
        defaultValue = "30s,5m,1h",
        converter = DurationOption.class,
        description =
            "How often links are merged, level by level; 0 for no levels. Default:"
                + " ${DEFAULT-VALUE}.")
    private List<Duration> levels = List.of();

    @Option(
        names = "--checkpoint-interval",
        paramLabel = "TIME",
        defaultValue = "60s",
        converter = DurationOption.class,
        description =
            "How often SQLite's log is moved into the database; 0 for never. Default:"
                + " ${DEFAULT-VALUE}.")
    private Duration checkpointInterval = Duration.ZERO;

    @Option(
        names = "--min-checkpoint-pages",
        paramLabel = "N",
        defaultValue = "1000",
        description =
            "SQLite's log is also moved when it has so many pages. Default:" + " ${DEFAULT-VALUE}.")
    private long minCheckpointPages;

    @Option(
        names = "--wal-truncate-threshold",
        paramLabel = "N",
        defaultValue = "121359",
        description =
            "SQLite's log is cut to nothing when it has so many pages, 500 MB of 4 KiB; 0 for"
                + " never. Writers wait for that. Default: ${DEFAULT-VALUE}.")
    private long truncatePages;

    Pace() {}

    ReplicatorOptions applyTo(ReplicatorOptions options) {
      List<Duration> used = new ArrayList<>(levels);
      used.removeIf(Duration::isZero);
      try {
        return options
            .withSyncIntervalMillis(syncInterval.toMillis())
            .withPollMillis(poll.toMillis())
            .withSnapshotIntervalMillis(snapshotInterval.toMillis())
            .withSnapshotMaxFrames(maxChanges)
            .withSnapshotMaxIntervalMillis(maxInterval.toMillis())
            .withSnapshotIdleMillis(onIdle.toMillis())
            .withSnapshotAtStart(onStartup)
            .withLevels(used)
            .withCheckpointIntervalMillis(checkpointInterval.toMillis())
            .withMinCheckpointPages(minCheckpointPages)
            .withTruncatePages(truncatePages);
      } catch (IllegalArgumentException e) {
        throw refused(e);
      }
    }
  }

  /// The names of encodings, as users write them.
  static final class Encodings extends LowerCase<PageEncoding> {
    Encodings() {
      super(PageEncoding.values());
    }
  }
}
