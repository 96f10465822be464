// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.seawall.cli.config.Environment;
import dev.seawall.io.Switch;
import dev.seawall.s3.S3Options;
import dev.seawall.wal.WalOptionKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// I-16: `docs/cli.md` names what the code has, and the code has what it names.
final class DocumentationTest {
  private static final Path ROOT = Path.of(System.getProperty("seawall.root", ".."));
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Z][A-Z0-9_]+)");
  private static final Pattern SETTING = Pattern.compile("\\b(SEAWALL_[A-Z0-9_]+)\\b");

  private final String page = read("docs/cli.md");

  @Test
  void verbsAndTheirArgumentsAndFlags() {
    Map<String, Set<String>> documented = new TreeMap<>();
    for (String part : section("Verbs").split("(?m)^### ", -1)) {
      Matcher heading = CODE.matcher(part.lines().findFirst().orElse(""));
      if (heading.find()) {
        documented.put(heading.group(1), firstCells(part));
      }
    }
    Map<String, Set<String>> real = new TreeMap<>();
    collect(model().getCommandSpec(), real);
    assertThat(documented).isEqualTo(real);
  }

  @Test
  void flagsOfEveryVerb() {
    Set<String> inherited = new TreeSet<>();
    for (OptionSpec option : model().getCommandSpec().options()) {
      if (option.scopeType() == CommandLine.ScopeType.INHERIT) {
        inherited.addAll(Arrays.asList(option.names()));
      }
    }
    assertThat(firstCells(section("Flags of every verb"))).isEqualTo(inherited);
  }

  @Test
  void exitStatuses() {
    Map<String, String> real = new TreeMap<>();
    for (ExitCode code : ExitCode.values()) {
      real.put(Integer.toString(code.status()), code.meaning());
    }
    assertThat(rows(section("Exit status"))).isEqualTo(real);
  }

  @Test
  void optionsOfALog() {
    Map<String, String> real =
        WalOptionKeys.all().stream()
            .collect(
                Collectors.toMap(
                    key -> "`" + key.name() + "`",
                    WalOptionKeys.Key::meaning,
                    (a, _) -> a,
                    TreeMap::new));
    assertThat(rows(section("Options of a log"))).isEqualTo(real);
  }

  @Test
  void settingsOfAStore() {
    // A key that is not known is refused with those that are.
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> S3Options.from(Map.of("no such key", "")));
    Matcher known = Pattern.compile("known are \\[([^\\]]*)\\]").matcher(refusal.getMessage());
    assertThat(known.find()).isTrue();
    Set<String> real = new TreeSet<>(Arrays.asList(known.group(1).split(", ", -1)));
    assertThat(firstCells(section("Settings of an S3 store"))).isEqualTo(real);
  }

  @Test
  void environment() {
    Set<String> real = new TreeSet<>();
    for (String script : new String[] {"seawall", "bin/find-jdk"}) {
      String text = read(script);
      for (Pattern pattern : new Pattern[] {VARIABLE, SETTING}) {
        pattern.matcher(text).results().forEach(match -> real.add(match.group(1)));
      }
    }
    real.addAll(Environment.names());
    for (Switch each : Switch.values()) {
      real.add(each.variable());
    }
    // The shell's own.
    real.remove("IFS");
    assertThat(firstCells(section("Environment"))).isEqualTo(real);
  }

  /// One class of the command reads the environment, and says what.
  @Test
  void theCommandReadsTheEnvironmentInOnePlace() throws IOException {
    try (var files = Files.walk(ROOT.resolve("cli/src/main"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        if (file.endsWith("config/Environment.java")) {
          continue;
        }
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain("getenv");
      }
    }
  }

  private static CommandLine model() {
    return Main.commandLine(new Session(System.in, System.out, System.err));
  }

  private static void collect(CommandSpec verb, Map<String, Set<String>> found) {
    StringBuilder heading = new StringBuilder(verb.qualifiedName(" "));
    verb.positionalParameters()
        .forEach(parameter -> {
          boolean optional = parameter.arity().min() == 0;
          heading
              .append(optional ? " [" : " ")
              .append(parameter.paramLabel())
              .append(optional ? "]" : "");
        });
    Set<String> names = new TreeSet<>();
    for (OptionSpec option : verb.options()) {
      if (option.scopeType() != CommandLine.ScopeType.INHERIT) {
        names.addAll(Arrays.asList(option.names()));
      }
    }
    found.put(heading.toString(), names);
    verb.subcommands().values().forEach(child -> collect(child.getCommandSpec(), found));
  }

  private String section(String title) {
    int start = page.indexOf("\n## " + title + "\n");
    assertThat(start).as("section " + title).isNotNegative();
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }

  /// The table's first column and second column, without its head.
  private static Map<String, String> rows(String text) {
    Map<String, String> rows = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith("| "))
        .skip(1)
        .map(line -> line.split(" *\\| *", -1))
        .forEach(cells -> rows.put(cells[1], cells[2]));
    return rows;
  }

  private static Set<String> firstCells(String text) {
    Set<String> names = new TreeSet<>();
    for (String cell : rows(text).keySet()) {
      CODE.matcher(cell).results().forEach(match -> names.add(match.group(1)));
    }
    return names;
  }

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
