// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.ops.LocalFiles;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.replicate.IntegrityCheck;
import dev.seawall.replicate.Restore;
import dev.seawall.replicate.RestoreOptions;
import dev.seawall.replicate.RestorePreview;
import dev.seawall.replicate.Restored;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall restore`.
@Command(
    name = "restore",
    description = {
      "Bring a SQLite database back from its replica: Seawall's, or one of Litestream 0.5 or 0.3.",
      "Nothing is overwritten: an output that exists, or a -wal, -shm or -journal beside it, ends"
          + " it with status 2. What is written has another name until it is whole and SQLite found"
          + " no fault with it. A gap in the replica is status 8 and names both neighbours; the"
          + " database before the gap can be had with --txid."
    },
    footer = {
      "",
      "Examples:",
      "  seawall restore app.db -b s3://backups/prod              the latest state, to ./app.db",
      "  seawall restore app -b ./replicas -o /srv/app.db         a name without its extension will"
          + " do",
      "  seawall restore app.db -b ./replicas --dry-run           what would be fetched, and how"
          + " far it goes",
      "  seawall restore app.db -b ./replicas --txid 42 -o then.db",
      "  seawall restore app.db -b ./replicas --timestamp 2026-11-21T09:00:00Z -o then.db"
    })
final class SqliteRestore implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description =
          "The replica: the database's file name; without its extension while only one fits.")
  private String name;

  @Mixin private StoreOptions storeOptions;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Where the database goes. Default: the replica's name, in the current directory.")
  private @Nullable Path output;

  @ArgGroup private @Nullable PointInTime point;

  @Option(
      names = "--check",
      paramLabel = "HOW",
      defaultValue = "quick",
      completionCandidates = Checks.class,
      description =
          "What SQLite is asked about the database before it gets its name:"
              + " ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}. The checksums of all files"
              + " are verified in any case.")
  private IntegrityCheck check = IntegrityCheck.QUICK;

  @Option(
      names = "--dry-run",
      description = "Print what would be fetched and where it would end; write nothing.")
  private boolean dryRun;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "8",
      description = "Requests at a time, 1 to 64. Default: ${DEFAULT-VALUE}.")
  private int parallelism;

  @Option(
      names = "--generation",
      paramLabel = "HEX",
      description = "Of a Litestream 0.3 replica, the generation. Default: the newest.")
  private @Nullable String generation;

  @Option(
      names = {"--cache-dir", "--spool"},
      paramLabel = "DIR",
      description =
          "A watcher's spool of this database, for example .app.db-seawall: links that it still has"
              + " are not fetched, once they are proved to be the replica's.")
  private @Nullable Path cache;

  SqliteRestore() {}

  @Override
  public Integer call() throws IOException {
    Session session = Session.of(spec);
    RestoreOptions options = options();
    long start = System.nanoTime();
    try (OpenMachine machine = OpenMachine.ofShortVerbs();
        ReplicaHome home = storeOptions.open(session, machine.machine())) {
      String replica = home.resolve(name);
      if (dryRun) {
        print(session.output(), replica, restore(home, home.store(), replica, options).preview());
        return ExitCode.OK.status();
      }
      Path file = output == null ? Path.of(lastSegment(replica)) : output;
      requireFolder(file);
      Restored restored = fetch(session, home, replica, options, file);
      print(session.output(), replica, file, restored, (System.nanoTime() - start) / 1e9);
    }
    return ExitCode.OK.status();
  }

  private static Restore restore(
      ReplicaHome home, ObjectStore store, String replica, RestoreOptions options) {
    return Restore.from(home.machine(), store, home.path(replica), options);
  }

  private static Restored fetch(
      Session session, ReplicaHome home, String replica, RestoreOptions options, Path file)
      throws IOException {
    if (!session.drawsProgress()) {
      return restore(home, home.store(), replica, options).to(file);
    }
    long bytes = restore(home, home.store(), replica, options).preview().bytes();
    try (Progress progress = Progress.ofBytes(session, "restore", bytes);
        MeteredStore metered = new MeteredStore(home.store(), progress::to)) {
      return restore(home, metered, replica, options).to(file);
    }
  }

  private RestoreOptions options() {
    RestoreOptions options =
        RestoreOptions.defaults()
            .withCheck(check)
            .withTarget(point == null ? new PointInTime().target() : point.target())
            .withRetry(storeOptions.retry());
    try {
      options = options.withParallelism(parallelism);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "--parallelism: " + e.getMessage(), e);
    }
    if (generation != null) {
      if (!generation.matches("[0-9a-f]{16}")) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "--generation " + generation + ": expected 16 lower-case hexadecimal digits");
      }
      options = options.withGeneration(generation);
    }
    if (cache == null) {
      return options;
    }
    if (!LocalFiles.isDirectory(cache)) {
      throw new CommandFailure(
          ExitCode.USAGE, "--cache-dir " + cache + ": there is no such directory");
    }
    return options.withSpool(cache);
  }

  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !LocalFiles.isDirectory(folder)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "-o " + file + ": there is no directory " + folder + "; make it, or name another output");
    }
  }

  private static String lastSegment(String replica) {
    return replica.substring(replica.lastIndexOf('/') + 1);
  }

  private static void print(Output output, String replica, RestorePreview plan) throws IOException {
    Map<String, Object> fields = fields(replica, plan);
    fields.put("keys", plan.objects().stream().map(ObjectKey::text).toList());
    output.json(fields);
    for (ObjectKey key : plan.objects()) {
      output.text(key.text());
    }
    output.text(
        String.format(
            Locale.ROOT,
            "%s: would fetch %,d objects, %s, and end %s",
            replica,
            plan.objects().size(),
            DemoReport.bytes(plan.bytes()),
            end(plan)));
    times(output, plan);
  }

  private static void print(
      Output output, String replica, Path file, Restored restored, double seconds)
      throws IOException {
    RestorePreview plan = restored.preview();
    Map<String, Object> fields = fields(replica, plan);
    fields.put("output", file.toString());
    fields.put("pageSize", restored.pageSize());
    fields.put("pages", restored.pages());
    fields.put("databaseBytes", restored.pages() * restored.pageSize());
    fields.put("indexesRight", restored.indexesRight());
    fields.put("seconds", Math.round(seconds * 1000) / 1000.0);
    output.json(fields);
    output.text(
        String.format(
            Locale.ROOT,
            "%s: %s, %s in %,d objects, %s, in %.2f s",
            file,
            end(plan),
            DemoReport.bytes(plan.bytes()),
            plan.objects().size(),
            DemoReport.bytes(restored.pages() * restored.pageSize()) + " of database",
            seconds));
    times(output, plan);
    if (!restored.indexesRight()) {
      output.text(
          "A page index of this replica is wrong. The restore does not need it; Litestream's VFS"
              + " does.");
    }
  }

  private static String end(RestorePreview plan) {
    return plan.format() == RestorePreview.Format.LTX
        ? "behind transaction " + plan.txid()
        : "at the end of the generation's WAL";
  }

  private static void times(Output output, RestorePreview plan) throws IOException {
    Instant time = plan.time();
    Instant next = plan.nextTime();
    if (time == null) {
      return;
    }
    output.text("Its last commit was seen at " + time + ".");
    output.text(
        next == null
            ? "Nothing that is newer can be restored."
            : "The next state that can be restored was seen at "
                + next
                + ": times in between, "
                + seconds(time, next)
                + " s, give the same database.");
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }

  private static Map<String, Object> fields(String replica, RestorePreview plan) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("replica", replica);
    fields.put("format", plan.format().name().toLowerCase(Locale.ROOT));
    fields.put("txid", plan.txid());
    fields.put("objects", plan.objects().size());
    fields.put("bytes", plan.bytes());
    Instant time = plan.time();
    Instant next = plan.nextTime();
    if (time != null) {
      fields.put("time", PointInTime.text(time));
      fields.put("nextTime", PointInTime.text(next));
      fields.put("resolutionSeconds", next == null ? null : seconds(time, next));
    }
    return fields;
  }

  /// The names of checks, as users write them.
  static final class Checks extends LowerCase<IntegrityCheck> {
    Checks() {
      super(IntegrityCheck.values());
    }
  }
}
