// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// What the command says about itself.
final class HelpTest {
  @Test
  void everyVerbExplainsItselfWithExamples() {
    for (String verb : verbs()) {
      Run run = Run.of((Object[]) (verb + " --help").strip().split(" "));
      assertThat(run.status()).isZero();
      assertThat(run.out()).contains("Examples:", "--json", "seawall " + verb.strip());
      assertThat(run.out().lines()).allMatch(line -> line.length() <= 110);
    }
  }

  @Test
  void theRootListsEveryExitStatus() {
    String help = Run.of("--help").out();
    for (ExitCode code : ExitCode.values()) {
      assertThat(help)
          .containsPattern(" " + code.status() + " +" + code.meaning().split(" ", 2)[0]);
    }
  }

  @Test
  void mistakesSayWhatToType() {
    Run none = Run.of();
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("seawall --help");
    Run verb = Run.of("wal", "apend", "x");
    assertThat(verb.status()).isEqualTo(2);
    assertThat(verb.err()).contains("append", "seawall wal --help");
    Run flag = Run.of("wal", "append", "x", "--thread", "2");
    assertThat(flag.status()).isEqualTo(2);
    assertThat(flag.err()).contains("--threads");
    Run missing = Run.of("wal", "append");
    assertThat(missing.err()).contains("DIR", "seawall wal append --help");
  }

  @Test
  void versionSaysWhatItRunsOn() {
    assertThat(Run.of("version").out()).startsWith("seawall ");
    assertThat(Run.of("--version").out()).startsWith("seawall ");
    assertThat(Run.of("version", "--verbose").out())
        .contains("java", "flags", "backend", Runtime.version().toString());
    assertThat(Run.of("version", "--verbose", "--json").out()).contains("\"backend\":\"");
  }

  @Test
  void completionIsAScriptWithEveryVerb() {
    String script = Run.of("completion").out();
    assertThat(script).startsWith("#!/usr/bin/env bash").contains("salvage", "--durability");
    assertThat(script).contains(all().getSubcommands().keySet());
  }

  /// A verb that is asked for is made alone, by the name that it is listed under.
  @Test
  void everyVerbHasTheNameItIsFoundBy() {
    all()
        .getSubcommands()
        .forEach((name, verb) -> {
          Command told = verb.getCommand().getClass().getAnnotation(Command.class);
          assertThat(told.name()).isEqualTo(name);
          assertThat(Run.of(name, "--help").out()).isEqualTo(verb.getUsageMessage());
        });
  }

  private static List<String> verbs() {
    List<String> verbs = new ArrayList<>();
    collect(all(), "", verbs);
    return verbs;
  }

  private static CommandLine all() {
    return Main.commandLine(new Session(System.in, System.out, System.err));
  }

  private static void collect(CommandLine command, String path, List<String> verbs) {
    verbs.add(path);
    command
        .getSubcommands()
        .forEach((name, verb) -> collect(verb, (path + " " + name).strip(), verbs));
  }
}
