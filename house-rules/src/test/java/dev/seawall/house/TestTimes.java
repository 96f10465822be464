// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// Prints where the test seconds went, by kind of test, summed over all modules. Run by Maven at
/// the end of `verify`.
public final class TestTimes {
  /// Kinds of test, told apart by the suffix of the class; the first match wins.
  enum Kind {
    GOLDEN("GoldenTest"),
    SIMULATION("SimTest"),
    FUZZ("FuzzTest"),
    CRASH("CrashTest"),
    UNIT("Test"),
    OTHER("");

    final String suffix;

    Kind(String suffix) {
      this.suffix = suffix;
    }

    static Kind of(String className) {
      String name = className.replaceAll("\\$.*", "");
      for (Kind kind : values()) {
        if (name.endsWith(kind.suffix)) {
          return kind;
        }
      }
      return OTHER;
    }
  }

  /// One Surefire report. `seconds` is the class's wall time.
  record Report(String className, int tests, int failed, int skipped, double seconds) {}

  private TestTimes() {}

  /// Arguments: the repository's folder, the instant the build began (older reports are of earlier
  /// builds and are left out).
  public static void main(String[] args) throws Exception {
    print(reports(Path.of(args[0]), Instant.parse(args[1])), System.out);
  }

  static List<Report> reports(Path root, Instant since) throws IOException {
    List<Report> reports = new ArrayList<>();
    try (Stream<Path> files =
        Files.find(root, 4, (file, a) -> isReport(file) && a.isRegularFile())) {
      for (Path file : files.sorted().toList()) {
        if (!Files.getLastModifiedTime(file).toInstant().isBefore(since)) {
          reports.add(parse(file));
        }
      }
    }
    return reports;
  }

  private static boolean isReport(Path file) {
    String name = file.getFileName().toString();
    return file.getParent() != null
        && file.getParent().endsWith(Path.of("target", "surefire-reports"))
        && name.startsWith("TEST-")
        && name.endsWith(".xml");
  }

  private static Report parse(Path file) throws IOException {
    try {
      Element suite =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement();
      return new Report(
          suite.getAttribute("name"),
          Integer.parseInt(suite.getAttribute("tests")),
          Integer.parseInt(suite.getAttribute("failures"))
              + Integer.parseInt(suite.getAttribute("errors")),
          Integer.parseInt(suite.getAttribute("skipped")),
          Double.parseDouble(suite.getAttribute("time").replace(",", "")));
    } catch (ParserConfigurationException | SAXException | NumberFormatException e) {
      throw new IOException("cannot read " + file, e);
    }
  }

  static void print(List<Report> reports, PrintStream out) {
    Map<Kind, List<Report>> kinds = new EnumMap<>(Kind.class);
    for (Report report : reports) {
      kinds.computeIfAbsent(Kind.of(report.className()), kind -> new ArrayList<>()).add(report);
    }
    out.println();
    out.println("kind of test     classes    tests  skipped   failed    seconds");
    kinds.forEach(
        (kind, list) -> out.println(row(kind == Kind.OTHER ? "other" : "*" + kind.suffix, list)));
    out.println(row("all", reports));
    out.println();
  }

  private static String row(String label, List<Report> reports) {
    return String.format(
        Locale.ROOT,
        "%-15s %8d %8d %8d %8d %10.1f",
        label,
        reports.size(),
        reports.stream().mapToInt(Report::tests).sum(),
        reports.stream().mapToInt(Report::skipped).sum(),
        reports.stream().mapToInt(Report::failed).sum(),
        reports.stream().mapToDouble(Report::seconds).sum());
  }
}
