// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.config.Environment;
import dev.seawall.cli.ops.Terminals;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Model.CommandSpec;

/// One run of the command: its three streams, whether people sit at them, and whether it was
/// interrupted. Thread-safe.
public final class Session {
  private final InputStream in;
  private final OutputStream out;
  private final PrintStream err;
  private final boolean inputIsTerminal;
  private final boolean errorIsTerminal;
  private final Environment environment;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private volatile Output output;

  /// Makes a run with streams of the caller's; nobody sits at them.
  public Session(InputStream in, OutputStream out, PrintStream err) {
    this(in, out, err, false, false, Environment.of(Map.of()));
  }

  Session(
      InputStream in,
      OutputStream out,
      PrintStream err,
      boolean inputIsTerminal,
      boolean errorIsTerminal,
      Environment environment) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.inputIsTerminal = inputIsTerminal;
    this.errorIsTerminal = errorIsTerminal;
    this.environment = environment;
    this.output = new Output(out, Output.Format.TEXT);
  }

  /// Returns the run of this process.
  static Session ofProcess() {
    // Not System.out: a PrintStream swallows the error that says that nobody reads any more.
    return new Session(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        Terminals.isTerminal(0),
        Terminals.isTerminal(2),
        Environment.ofProcess());
  }

  /// Returns the run that a verb belongs to.
  static Session of(CommandSpec verb) {
    return ((Main) verb.root().userObject()).session();
  }

  void useFormat(Output.Format format) {
    output = new Output(out, format);
  }

  /// Returns standard output as it is, for help texts.
  OutputStream raw() {
    return out;
  }

  /// Returns standard input.
  public InputStream in() {
    return in;
  }

  /// Returns where results go.
  public Output output() {
    return output;
  }

  /// Returns standard error.
  public PrintStream err() {
    return err;
  }

  /// Returns what the environment tells.
  Environment environment() {
    return environment;
  }

  /// Returns the same run with results that go nowhere.
  Session silent() {
    return new Session(
        in, OutputStream.nullOutputStream(), err, inputIsTerminal, errorIsTerminal, environment);
  }

  /// Returns whether a person can be asked.
  public boolean canAsk() {
    return inputIsTerminal && errorIsTerminal;
  }

  /// Returns whether progress is worth drawing.
  public boolean drawsProgress() {
    return errorIsTerminal && !output.isJson();
  }

  /// Tells people something that is not a result.
  public void note(String text) {
    err.println("seawall: " + text);
  }

  /// Tells a person who watches what is going on.
  void progressNote(String text) {
    if (drawsProgress()) {
      note(text);
    }
  }

  /// Returns whether the process is ending because of Ctrl-C or a signal.
  public boolean isInterrupted() {
    return interrupted.get();
  }

  /// Does something when the process is interrupted, as long as the returned value is not closed.
  /// The JVM then ends with 128 + the signal's number: 130 for Ctrl-C.
  public Interruption onInterrupt(Runnable action) {
    Thread hook =
        new Thread(
            () -> {
              interrupted.set(true);
              action.run();
            },
            "seawall-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // The process is ending already: the hook runs or has run.
      }
    };
  }

  /// Ends what [#onInterrupt] began.
  @FunctionalInterface
  public interface Interruption extends AutoCloseable {
    @Override
    void close();
  }
}
