// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/// Compiles planted mistakes with the very arguments of the parent pom: a check that a new JDK has
/// silently switched off fails here.
final class HouseCompilerTest {
  private static final String MARKED =
      """
      @org.jspecify.annotations.NullMarked
      package planted;
      """;

  @TempDir private Path folder;

  @Test
  void nullDereferenceIsRefused() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "package-info",
                MARKED,
                "Planted",
                """
                package planted;
                import org.jspecify.annotations.Nullable;
                final class Planted {
                  private Planted() {}
                  static int length(@Nullable String text) {
                    return text.length();
                  }
                }
                """));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.output()).contains("[NullAway] dereferenced expression", "is @Nullable");
  }

  @Test
  void nullInAGenericTypeIsRefused() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "package-info",
                MARKED,
                "Planted",
                """
                package planted;
                import java.util.List;
                import org.jspecify.annotations.Nullable;
                final class Planted {
                  private Planted() {}
                  static List<String> strict(List<@Nullable String> loose) {
                    return loose;
                  }
                }
                """));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.output()).contains("[NullAway]");
  }

  @Test
  void aLintWarningIsAnError() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "Planted",
                """
                package planted;
                final class Planted {
                  private Planted() {}
                  static java.util.List raw() {
                    return java.util.List.of();
                  }
                }
                """));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.output()).contains("[rawtypes]", "-Werror");
  }

  @Test
  void anErrorProneErrorIsRefused() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "Planted",
                """
                package planted;
                final class Planted {
                  private Planted() {}
                  static void forget() {
                    new IllegalStateException("made, not thrown");
                  }
                }
                """));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.output()).contains("error: [DeadException]");
  }

  @Test
  void anErrorProneWarningIsAnError() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "Planted",
                """
                package planted;
                final class Planted {
                  private Planted() {}
                  static long seconds(int millis) {
                    long total = millis / 1000 * 1_000_000_000;
                    return total;
                  }
                }
                """));
    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.output()).contains("[NarrowCalculation]", "-Werror");
  }

  @Test
  void soundCodeCompiles() throws Exception {
    Outcome outcome =
        compile(
            Map.of(
                "package-info",
                MARKED,
                "Planted",
                """
                package planted;
                import org.jspecify.annotations.Nullable;
                final class Planted {
                  private Planted() {}
                  static int length(@Nullable String text) {
                    return text == null ? 0 : text.length();
                  }
                }
                """));
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.exit()).isZero();
  }

  private record Outcome(int exit, String output) {}

  private Outcome compile(Map<String, String> sources) throws Exception {
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    Files.readAllLines(SourceTree.root().resolve(".mvn/jvm.config")).stream()
        .filter(line -> line.startsWith("--add-"))
        .forEach(line -> command.add("-J" + line));
    command.addAll(List.of("--release", "25", "-d", folder.resolve("classes").toString()));
    command.addAll(List.of("-classpath", jars(classPath, "jspecify")));
    command.addAll(List.of("-processorpath", jars(classPath, "")));
    command.addAll(compilerArguments());
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = folder.resolve(source.getKey() + ".java");
      command.add(Files.writeString(file, source.getValue()).toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Outcome(process.waitFor(), output);
  }

  private static String jars(String classPath, String part) {
    return String.join(
        File.pathSeparator,
        List.of(classPath.split(File.pathSeparator)).stream()
            .filter(e -> e.endsWith(".jar") && Path.of(e).getFileName().toString().contains(part))
            .toList());
  }

  /// The main code's `<compilerArgs>` of the parent pom, in order.
  private static List<String> compilerArguments() throws Exception {
    Element pom =
        javax.xml.parsers.DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(SourceTree.root().resolve("pom.xml").toFile())
            .getDocumentElement();
    Node first = pom.getElementsByTagName("compilerArgs").item(0);
    NodeList nodes = ((Element) first).getElementsByTagName("arg");
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      arguments.add(nodes.item(i).getTextContent());
    }
    assertThat(arguments).contains("-Werror").anyMatch(a -> a.contains("NullAway:ERROR"));
    return arguments;
  }
}
