// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.Replication.Drained;
import dev.seawall.cli.Replication.Watched;
import dev.seawall.cli.ops.Signals;
import dev.seawall.replicate.ReplicatorStatus;
import dev.seawall.replicate.ReplicatorStatus.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall watch`.
@Command(
    name = "watch",
    description = {
      "Ship SQLite databases to a store, continuously: every committed transaction, in order. Many"
          + " databases in one process; nothing is written into them.",
      "A replica's name is the database's file name, or NAME in NAME=PATH; two equal ones end it with"
          + " status 2 before anything is written.",
      "Ctrl-C or SIGTERM: what is committed by then is shipped, within --shutdown-timeout, and the status"
          + " is 0; 5 when something could not be shipped, which then waits on the disk for the next"
          + " start. A second signal ends it at once."
    },
    footer = {
      "",
      "Examples:",
      "  seawall watch app.db -b s3://backups/prod",
      "  seawall watch /srv/*/data.sqlite -b ./replicas             equal names: refused",
      "  seawall watch a=/srv/a/data.sqlite b=/srv/b/data.sqlite -b ./replicas",
      "  seawall watch app.db -b ./replicas --json                  one event a line"
    })
final class SqliteWatch implements Callable<Integer> {
  private static final long LOOK_MILLIS = 500;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "DATABASE",
      description = "A database's file, or NAME=FILE.")
  private List<String> arguments = List.of();

  @Mixin private StoreOptions storeOptions;
  @Mixin private ReplicatorFlags flags;
  @Mixin private ReplicatorFlags.Pace pace;

  @Option(
      names = "--wait",
      description = "A database that does not exist is no mistake: wait until it appears.")
  private boolean waits;

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = DurationOption.class,
      description = "How long the end may take to ship what is left. Default: ${DEFAULT-VALUE}.")
  private Duration shutdownTimeout = Duration.ZERO;

  @Option(
      names = {"-v", "--verbose"},
      description =
          "Tell every capture, shipment and checkpoint, not only what is out of the ordinary.")
  private boolean verbose;

  SqliteWatch() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Session session = Session.of(spec);
    List<WatchedDatabase> databases = WatchedDatabase.parse(arguments, !waits);
    StatusLine line = new StatusLine(session);
    CountDownLatch ending = new CountDownLatch(1);
    try (OpenMachine machine = OpenMachine.ofTools();
        ReplicaHome home = storeOptions.open(session, machine.machine());
        Replication replication =
            Replication.start(
                home,
                flags,
                storeOptions,
                databases,
                database -> pace.applyTo(flags.options(database)),
                database -> new WatchEvents(database.name(), session.output(), line, verbose))) {
      listen(ending);
      begun(session, home, line, databases);
      while (!ending.await(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !replication.hasStopped()) {
        line.show(summary(replication));
      }
      ExitCode code = end(session, line, replication);
      line.end();
      return code.status();
    }
  }

  /// A signal during the start still ends the process as any other: nothing is under way.
  private static void listen(CountDownLatch ending) {
    AtomicInteger signals = new AtomicInteger();
    Signals.onEnd(signal -> {
      if (signals.incrementAndGet() > 1) {
        Signals.endNow(signal);
      }
      ending.countDown();
    });
  }

  private static void begun(
      Session session, ReplicaHome home, StatusLine line, List<WatchedDatabase> databases)
      throws IOException {
    Map<String, Object> fields = WatchEvents.fields("started", null);
    fields.put("databases", databases.stream().map(WatchedDatabase::name).toList());
    fields.put("store", home.describe());
    session.output().json(fields);
    session.output().flush();
    if (!session.output().isJson()) {
      line.say(
          "watching "
              + (databases.size() == 1
                  ? databases.getFirst().path().toString()
                  : databases.size() + " databases")
              + ", shipping to "
              + home.describe());
    }
  }

  private ExitCode end(Session session, StatusLine line, Replication replication)
      throws IOException, InterruptedException {
    if (!session.output().isJson()) {
      line.say(
          "ending: shipping what is committed, for at most " + shutdownTimeout.toSeconds() + " s");
    }
    Drained drained = replication.drain(shutdownTimeout.toNanos());
    IOException stopped = replication.stopReason();
    ExitCode code =
        stopped != null
            ? ExitCode.of(stopped)
            : drained.unshipped() > 0 ? ExitCode.STORE_UNREACHABLE : ExitCode.OK;
    Map<String, Object> fields = WatchEvents.fields("ended", null);
    fields.put("unshippedDatabases", drained.unshipped());
    fields.put("pendingBytes", drained.pendingBytes());
    fields.put("exit", code.status());
    session.output().json(fields);
    if (!session.output().isJson()) {
      line.say(
          drained.unshipped() == 0
              ? "everything is shipped"
              : String.format(
                  Locale.ROOT,
                  "%d databases are not shipped to their end, %s wait on the disk for the next"
                      + " start%s",
                  drained.unshipped(),
                  DemoReport.bytes(drained.pendingBytes()),
                  drained.problem() == null ? "" : ": " + drained.problem().getMessage()));
    }
    return code;
  }

  private static String summary(Replication replication) {
    int following = 0;
    int pending = 0;
    long pendingBytes = 0;
    long shipped = 0;
    long lag = 0;
    long txid = 0;
    String problem = null;
    long now = System.currentTimeMillis();
    for (Watched each : replication.watched()) {
      ReplicatorStatus status = each.replicator().status();
      following += status.state() == State.FOLLOWING ? 1 : 0;
      pending += status.pendingLinks();
      pendingBytes += status.pendingBytes();
      shipped += each.events().shippedBytes();
      lag = Math.max(lag, status.lagMillis(now));
      txid = Math.max(txid, status.shippedTxid());
      if (problem == null && status.state() != State.FOLLOWING) {
        problem = each.database().name() + " " + status.state().name().toLowerCase(Locale.ROOT);
      }
      if (status.failuresInARow() > 0 && status.problem() != null) {
        problem = status.problem().getMessage();
      }
    }
    int count = replication.watched().size();
    return String.format(
        Locale.ROOT,
        "%d/%d followed · %s shipped%s · %d waiting (%s) · lag %.1f s%s",
        following,
        count,
        DemoReport.bytes(shipped),
        count == 1 ? ", transaction " + txid : "",
        pending,
        DemoReport.bytes(pendingBytes),
        lag / 1000.0,
        problem == null ? "" : " · " + problem);
  }
}
