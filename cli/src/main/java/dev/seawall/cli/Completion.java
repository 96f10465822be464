// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `seawall completion`.
@Command(
    name = "completion",
    description = "Print a script that makes bash and zsh complete verbs and options.",
    footer = {
      "",
      "Examples:",
      "  source <(seawall completion)                    for this shell",
      "  seawall completion > ~/.seawall-completion      then source that file in ~/.bashrc or ~/.zshrc"
    })
final class Completion implements Callable<Integer> {
  @Spec private CommandSpec spec;

  Completion() {}

  @Override
  public Integer call() throws IOException {
    Output output = Session.of(spec).output();
    String script = AutoComplete.bash("seawall", spec.root().commandLine());
    output.json(java.util.Map.of("script", script));
    output.text(script);
    return ExitCode.OK.status();
  }
}
