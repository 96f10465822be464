// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/// Entry point of the `seawall` command.
@Command(
    name = "seawall",
    description = {
      "A durable log for the JVM: append, read, verify, and prove it by killing it.",
      "The same shipping for SQLite: databases to a bucket and back, and Litestream's replicas."
    },
    versionProvider = Version.Provider.class,
    footer = {
      "",
      "Examples:",
      "  seawall demo                               kill a writer again and again, prove what it"
          + " kept",
      "  printf 'a\\nb\\n' | seawall wal append ./log   append two records, print their indexes",
      "  seawall wal cat ./log                      print them",
      "  seawall wal verify ./log                   check every byte",
      "  seawall wal --help                         all verbs for logs",
      "  seawall watch app.db -b s3://backups/prod  ship a SQLite database as it is written",
      "  seawall list -b s3://backups/prod          which SQLite databases have a replica there",
      "  seawall restore app.db -b ./replicas       bring one back"
    })
public final class Main {
  private static final int HELP_WIDTH = 110;

  /// The verbs, in the order of the help.
  private static final Map<String, Supplier<Object>> VERBS = verbs();

  private final Session session;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print results as JSON, one object a line; errors too, on standard error.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Explain this verb and end.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it.
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and end.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it.
  private boolean version;

  private Main(Session session) {
    this.session = session;
  }

  private static Map<String, Supplier<Object>> verbs() {
    Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
    verbs.put("watch", SqliteWatch::new);
    verbs.put("snapshot", SqliteSnapshot::new);
    verbs.put("restore", SqliteRestore::new);
    verbs.put("list", SqliteList::new);
    verbs.put("verify", SqliteVerify::new);
    verbs.put("pragma", SqlitePragma::new);
    verbs.put("wal", Wal::new);
    verbs.put("demo", Demo::new);
    verbs.put("bench", Bench::new);
    verbs.put("version", Version::new);
    verbs.put("completion", Completion::new);
    return Collections.unmodifiableMap(verbs);
  }

  /// Runs the command and ends the process with its exit status.
  public static void main(String[] args) {
    if (Arrays.stream(args).anyMatch(word -> word.startsWith("s3://"))) {
      S3Stores.loadAhead();
    }
    System.exit(run(Session.ofProcess(), args));
  }

  /// Runs the command and returns its exit status.
  public static int run(Session session, String... args) {
    CommandLine line = commandLine(session, asked(args));
    int status = line.execute(args);
    line.getOut().flush();
    line.getErr().flush();
    try {
      session.output().flush();
      return status;
    } catch (Output.OutputClosedException _) {
      return status;
    } catch (IOException e) {
      session.note(described(e));
      return status == ExitCode.OK.status() ? ExitCode.GENERAL.status() : status;
    }
  }

  /// Returns the model of the whole command.
  static CommandLine commandLine(Session session) {
    return commandLine(session, VERBS.keySet());
  }

  /// The verb that the arguments name, or all of them: each costs reflection, together a third of
  /// the start of a command.
  private static Set<String> asked(String... args) {
    for (String word : args) {
      if (VERBS.containsKey(word) && !word.equals("completion")) {
        return Set.of(word);
      }
      if (word.equals("--version") || word.equals("-V")) {
        return Set.of();
      }
      if (!word.equals("--json")) {
        break;
      }
    }
    return VERBS.keySet();
  }

  private static CommandLine commandLine(Session session, Set<String> verbs) {
    Main main = new Main(session);
    CommandLine line = new CommandLine(main);
    VERBS.forEach((name, verb) -> {
      if (verbs.contains(name)) {
        line.addSubcommand(name, verb.get());
      }
    });
    line.setOut(writer(session.raw()));
    line.setErr(writer(session.err()));
    line.setExecutionStrategy(parsed -> main.execute(parsed));
    line.setExecutionExceptionHandler((e, failed, parsed) -> main.fail(e, failed));
    line.setParameterExceptionHandler((e, arguments) -> main.misused(e));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.getCommandSpec().usageMessage().exitCodeListHeading("%nExit status:%n");
    line.getCommandSpec().usageMessage().exitCodeList(ExitCode.table());
    return line;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  Session session() {
    return session;
  }

  private int execute(ParseResult parsed) {
    if (json) {
      session.useFormat(Output.Format.JSON);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int misused(CommandLine.ParameterException e) {
    CommandLine verb = e.getCommandLine();
    String advice = "type `" + verb.getCommandSpec().qualifiedName() + " --help`";
    StringBuilder message = new StringBuilder(String.valueOf(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched) {
      var suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        message.append("; did you mean ").append(String.join(" or ", suggestions)).append('?');
      }
    }
    tell(ExitCode.USAGE, message + "; " + advice);
    return ExitCode.USAGE.status();
  }

  private int fail(Exception e, CommandLine verb) {
    if (e instanceof Output.OutputClosedException) {
      // `seawall wal cat DIR | head`: the reader has what it wanted.
      return ExitCode.OK.status();
    }
    if (session.isInterrupted()) {
      return ExitCode.INTERRUPTED.status();
    }
    try {
      session.output().flush();
    } catch (IOException _) {
      // The failure that brought us here is the one to tell.
    }
    ExitCode code = ExitCode.of(e);
    tell(code, verb.getCommandSpec().qualifiedName(" ") + ": " + described(e));
    if (e instanceof RuntimeException && !(e instanceof CommandFailure)) {
      session.note("this is a fault of seawall's; please report it with what follows");
      e.printStackTrace(session.err());
    }
    return code.status();
  }

  private static String described(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  private void tell(ExitCode code, String message) {
    if (!json) {
      session.err().println(message.startsWith("seawall") ? message : "seawall: " + message);
      return;
    }
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("error", message);
    error.put("exit", code.status());
    error.put("meaning", code.meaning());
    try {
      session.err().println(Output.toJson(error));
    } catch (IOException _) {
      session.note(message);
    }
  }
}
