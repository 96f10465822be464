// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.demo.Acknowledged;
import dev.seawall.cli.demo.Killer;
import dev.seawall.cli.demo.Material;
import dev.seawall.cli.demo.Pace;
import dev.seawall.cli.demo.Proof;
import dev.seawall.cli.demo.SqliteAct;
import dev.seawall.cli.ops.ChildJvm;
import dev.seawall.cli.ops.LocalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `seawall demo`.
@Command(
    name = "demo",
    description = {
      "Copy real files into a log from several threads, in a process that is killed with SIGKILL"
          + " again and again; then prove that every acknowledged record is there, byte for byte"
          + " and in order, that nothing else is, and that the files can be put together again.",
      "Second act: a SQLite database is written by one process and watched by another one; both are"
          + " killed, the database is restored from its replica and compared row by row.",
      "Also measures durable appends per second beside a plain file that is written and forced."
          + " Exits 0 only if every proof holds. A killed process shows what the log makes of a"
          + " torn end; what loss of power does is tested on a simulated disk (module testkit)."
    },
    footer = {
      "",
      "Examples:",
      "  seawall demo                                      three quarters of a minute, with"
          + " Seawall's own sources",
      "  seawall demo --source ~/photos --threads 8 --seconds 60",
      "  seawall demo --dir ./d && seawall wal inspect ./d/log    keep the log and look at it"
    })
final class Demo implements Callable<Integer> {
  private static final long MAX_RECORDS = 500_000;
  private static final long LIFE_MILLIS = 1200;
  private static final long PACE_MILLIS = 700;
  private static final int PACE_ROUNDS = 3;
  private static final int SQLITE_SECONDS = 5;

  @Spec private CommandSpec spec;

  @Option(
      names = "--source",
      paramLabel = "DIR",
      description =
          "The files to copy, at most 32 MiB of them; hidden files and folders that builds make are"
              + " left out. Default: Seawall's source tree, or else the current directory.")
  private @Nullable Path source;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Threads that append. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "20",
      description =
          "How long writers are killed; the rest takes about 20 s. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where the log goes, empty or absent; it is kept. Default: a new directory below the"
              + " current one, removed when every proof holds.")
  private @Nullable Path directory;

  Demo() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (threads < 1 || threads > 256 || seconds < 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--threads " + threads + " --seconds " + seconds + ": expected 1 to 256, and at least 1");
    }
    Session session = Session.of(spec);
    Path root = source == null ? sourceTree() : source.toAbsolutePath().normalize();
    if (!LocalFiles.isDirectory(root)) {
      throw new CommandFailure(
          ExitCode.USAGE, "read " + root + ": not a directory; name one with --source");
    }
    long start = System.nanoTime();
    Path work = workDirectory();
    boolean holds = firstAct(session, root, work) && secondAct(session, work);
    boolean removed = directory == null && holds;
    if (removed) {
      LocalFiles.deleteTree(work);
    }
    Map<String, Object> end = new LinkedHashMap<>();
    end.put("holds", holds);
    end.put("seconds", round((System.nanoTime() - start) / 1e9));
    end.put("directory", removed ? "removed" : work.toString());
    session.output().json(end);
    DemoReport.printEnd(session.output(), end);
    return (holds ? ExitCode.OK : ExitCode.DAMAGE).status();
  }

  private boolean secondAct(Session session, Path work) throws IOException, InterruptedException {
    Path home = work.resolve("sqlite");
    Path store = home.resolve("replicas");
    LocalFiles.createDirectories(store);
    session.progressNote("second act: a SQLite database, watched, killed, restored …");
    try (SqliteAct act = new SqliteAct(Main.class, home, store);
        var _ =
            session.onInterrupt(() -> {
              act.kill();
              abandon(work);
            })) {
      Map<String, Object> report = act.play(SQLITE_SECONDS);
      session.output().json(report);
      DemoReport.printSqlite(session.output(), report);
      return Boolean.TRUE.equals(report.get("holds"));
    } catch (SQLException e) {
      throw new CommandFailure(ExitCode.DATABASE, "second act: " + e.getMessage(), e);
    }
  }

  private boolean firstAct(Session session, Path root, Path work)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path copy = work.resolve("source");
    int left = Material.copyAside(root, copy);
    Material material = Material.load(copy);
    if (material.chunks() == 0) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "read " + root + ": no file with a byte in it; name another with --source");
    }
    Acknowledged acknowledged = new Acknowledged(threads);
    Path log = work.resolve("log");
    try (Killer killer =
            new Killer(
                ChildJvm.classPath(),
                log,
                copy,
                work.resolve("writer-errors.txt"),
                RandomGenerator.getDefault(),
                acknowledged);
        var _ = session.onInterrupt(() -> abandon(killer, work))) {
      kill(session, killer, acknowledged);
      killer.finish(() -> !session.isInterrupted());
      long killed = System.nanoTime();
      Proof proof = new Proof(material, acknowledged, threads);
      try (Progress progress =
          Progress.start(session, "prove", " records", acknowledged.highestIndex())) {
        proof.read(log, progress::to);
      }
      proof.reassemble(copy, work.resolve("copy"));
      boolean holds = proof.complaints().isEmpty();
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("act", "log");
      report.put("holds", holds);
      report.put("source", root.toString());
      report.put("files", material.names().size());
      report.put("filesLeftOut", left);
      report.put("bytes", material.bytes());
      report.put("threads", threads);
      report.put("kills", killer.kills());
      report.put("killsBeforeAppending", killer.earlyKills());
      report.put("killSeconds", round((killed - start) / 1e9));
      report.put("recoveries", killer.recoveries());
      report.put("tornRecoveries", killer.tornRecoveries());
      report.put("tornBytes", killer.tornBytes());
      report.put("droppedFrames", killer.droppedFrames());
      report.put("recoveryMillisMax", round(killer.recoveryNanosMax() / 1e6));
      report.put("acknowledged", acknowledged.count());
      report.put("acknowledgedFound", proof.acknowledgedFound());
      report.put("records", proof.records());
      report.put("filesEqual", proof.filesEqual());
      report.put("complaints", proof.complaints());
      measure(session, work, report);
      session.output().json(report);
      DemoReport.print(session.output(), report);
      return holds;
    }
  }

  private void kill(Session session, Killer killer, Acknowledged acknowledged)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (Progress progress = Progress.start(session, "kill", " s", seconds)) {
      long elapsed = 0;
      // At least one kill, however slow the machine.
      while (killer.kills() == 0 || (elapsed < seconds && acknowledged.count() < MAX_RECORDS)) {
        killer.killOne(LIFE_MILLIS);
        elapsed = (System.nanoTime() - start) / 1_000_000_000;
        progress.to(Math.min(elapsed, seconds));
        progress.say(killer.kills() + " kills, " + acknowledged.count() + " acknowledged");
      }
    }
  }

  private void measure(Session session, Path work, Map<String, Object> report)
      throws IOException, InterruptedException {
    Path pacing = work.resolve("pace");
    LocalFiles.createDirectories(pacing);
    session.progressNote("measuring …");
    Pace.Result pace = Pace.measure(pacing, threads, PACE_ROUNDS, PACE_MILLIS);
    report.put("recordBytes", Pace.RECORD_BYTES);
    report.put("plainPerSecond", Math.round(pace.plain()));
    report.put("onePerSecond", Math.round(pace.one()));
    report.put("oneRatio", round(pace.one() / pace.plain()));
    report.put("manyPerSecond", Math.round(pace.many()));
    report.put("manyRatio", round(pace.many() / pace.plain()));
    LocalFiles.deleteTree(pacing);
  }

  private void abandon(Killer killer, Path work) {
    killer.close();
    abandon(work);
  }

  private void abandon(Path work) {
    if (directory == null) {
      try {
        LocalFiles.deleteTree(work);
      } catch (IOException _) {
        // A dying writer made a file meanwhile: the user sees the directory and removes it.
      }
    }
  }

  private Path workDirectory() throws IOException {
    if (directory != null) {
      Path wanted = directory.toAbsolutePath().normalize();
      if (!LocalFiles.isVacant(wanted)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "--dir " + wanted + ": expected an empty or absent directory; name another one");
      }
      LocalFiles.createDirectories(wanted);
      return wanted;
    }
    // Not the folder for temporary files: it is often in memory, where a sync costs nothing.
    Path here = Path.of("").toAbsolutePath();
    Path parent =
        LocalFiles.isWritable(here) ? here : Path.of(System.getProperty("java.io.tmpdir"));
    return LocalFiles.createUnique(parent, "seawall-demo-");
  }

  /// Returns the source tree that this program was built in, or the current directory.
  private static Path sourceTree() {
    Path here = Path.of("").toAbsolutePath();
    String[] classPath = System.getProperty("java.class.path").split(java.io.File.pathSeparator, 2);
    Path at = Path.of(classPath[0]).toAbsolutePath().getParent();
    for (int up = 0; at != null && up < 4; up++, at = at.getParent()) {
      if (LocalFiles.isDirectory(at.resolve("wal/src/main"))) {
        return at;
      }
    }
    return here;
  }

  private static double round(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.2f", value));
  }
}
