// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.Replication.Watched;
import dev.seawall.replicate.ReplicatorOptions;
import dev.seawall.replicate.ReplicatorStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall snapshot`.
@Command(
    name = "snapshot",
    description = {
      "Ship what is committed in SQLite databases by now, and a snapshot of each: one object that holds"
          + " the whole database. Then end; the databases may be written meanwhile.",
      "A database that `seawall watch` is watching makes its own snapshots: status 11."
    },
    footer = {
      "",
      "Examples:",
      "  seawall snapshot app.db -b s3://backups/prod",
      "  seawall snapshot /srv/a.db /srv/b.db -b ./replicas --json"
    })
final class SqliteSnapshot implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "DATABASE",
      description = "A database's file, or NAME=FILE.")
  private List<String> arguments = List.of();

  @Mixin private StoreOptions storeOptions;
  @Mixin private ReplicatorFlags flags;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = DurationOption.class,
      description = "Give up after this time. Default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ZERO;

  SqliteSnapshot() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session session = Session.of(spec);
    List<WatchedDatabase> databases = WatchedDatabase.parse(arguments, true);
    StatusLine line = new StatusLine(session);
    Session quiet = session.silent();
    try (OpenMachine machine = OpenMachine.ofTools();
        ReplicaHome home = storeOptions.open(session, machine.machine());
        Replication replication =
            Replication.start(
                home,
                flags,
                storeOptions,
                databases,
                this::options,
                database -> new WatchEvents(database.name(), quiet.output(), line, false))) {
      long start = System.nanoTime();
      for (Watched each : replication.watched()) {
        each.replicator().sync();
      }
      for (Watched each : replication.watched()) {
        line.show("snapshot of " + each.database().path());
        report(session.output(), each, start);
      }
      line.end();
    }
    return ExitCode.OK.status();
  }

  private ReplicatorOptions options(WatchedDatabase database) {
    return flags
        .options(database)
        .withSnapshotIntervalMillis(0)
        .withLevels(List.of())
        .withCheckpointIntervalMillis(0);
  }

  private void report(Output output, Watched each, long start)
      throws IOException, InterruptedException {
    if (!each.replicator().drain(left(start))) {
      throw failed(each, "was not shipped");
    }
    long txid = each.replicator().status().txid();
    each.replicator().snapshot();
    if (!each.replicator().awaitSnapshot(txid, left(start))) {
      throw failed(each, "has no snapshot yet");
    }
    ReplicatorStatus status = each.replicator().status();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("replica", each.database().name());
    fields.put("database", each.database().path().toString());
    fields.put("txid", status.snapshotTxid());
    fields.put("bytes", each.events().shippedBytes());
    output.json(fields);
    output.text(
        String.format(
            Locale.ROOT,
            "%s: snapshot up to transaction %d is in the replica",
            each.database().name(),
            status.snapshotTxid()));
  }

  private long left(long start) {
    return Math.max(1, timeout.toNanos() - (System.nanoTime() - start));
  }

  private CommandFailure failed(Watched each, String what) {
    @Nullable IOException reason = each.events().stopReason();
    IOException problem = reason != null ? reason : each.replicator().status().problem();
    String text = "snapshot of " + each.database().path() + " " + what;
    if (problem == null) {
      return new CommandFailure(
          ExitCode.STORE_UNREACHABLE,
          text + " within " + timeout.toSeconds() + " s; see --timeout");
    }
    ExitCode code = ExitCode.of(problem);
    return new CommandFailure(
        code == ExitCode.GENERAL ? ExitCode.DATABASE : code,
        text + ": " + problem.getMessage(),
        problem);
  }
}
