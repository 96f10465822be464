// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The patches of `testkit/mutants` fit the tree: a protection that moved takes its mutant along.
class MutantPatchesTest {
  private static final Set<String> PROFILES =
      Stream.of(CrashProfile.values())
          .map(profile -> profile.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .collect(Collectors.toSet());

  /// What a patch wants to find in a file: the lines of one hunk before the change.
  private record Hunk(String file, String before) {}

  @TestFactory
  Stream<DynamicTest> everyPatchApplies() throws IOException {
    return patches().stream()
        .map(patch -> DynamicTest.dynamicTest(name(patch), () -> applies(patch)));
  }

  @Test
  void thePatchesAreInTheTable() throws IOException {
    List<Path> patches = patches();
    assertThat(patches).hasSizeGreaterThanOrEqualTo(18);
    String table = Files.readString(folder().resolve("README.md"));
    for (Path patch : patches) {
      assertThat(table).contains("| " + name(patch).substring(3) + " |");
    }
  }

  private static void applies(Path patch) throws IOException {
    List<String> lines = Files.readAllLines(patch);
    assertThat(lines.getFirst()).startsWith("# protection: ");
    List<String> limits =
        lines.stream()
            .filter(line -> line.startsWith("# limit: "))
            .map(l -> l.substring(9))
            .toList();
    assertThat(limits).isNotEmpty();
    for (String limit : limits) {
      String[] words = limit.split(" ", -1);
      assertThat(words).hasSize(2);
      if (words[0].equals("scenario")) {
        assertThat(Scenarios.all()).containsKey(words[1]);
      } else {
        assertThat(words[0]).containsOnlyDigits();
        assertThat(PROFILES).contains(words[1].toLowerCase(Locale.ROOT));
      }
    }
    List<Hunk> hunks = hunks(lines);
    assertThat(hunks).isNotEmpty();
    for (Hunk hunk : hunks) {
      assertThat(Files.readString(root().resolve(hunk.file)))
          .as("%s in %s", name(patch), hunk.file)
          .contains(hunk.before);
    }
  }

  private static List<Hunk> hunks(List<String> lines) {
    List<Hunk> hunks = new ArrayList<>();
    String file = "";
    StringBuilder before = null;
    for (String line : lines) {
      if (line.startsWith("--- ") || line.startsWith("@@ ")) {
        if (before != null) {
          hunks.add(new Hunk(file, before.toString()));
        }
        before = line.startsWith("@@ ") ? new StringBuilder() : null;
      } else if (line.startsWith("+++ b/")) {
        file = line.substring(6);
      } else if (before != null && !line.startsWith("+")) {
        before.append(line, 1, line.length()).append('\n');
      }
    }
    if (before != null) {
      hunks.add(new Hunk(file, before.toString()));
    }
    return hunks;
  }

  private static List<Path> patches() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
  }

  private static String name(Path patch) {
    String file = patch.getFileName().toString();
    return file.substring(0, file.length() - ".patch".length());
  }

  private static Path folder() {
    return root().resolve("testkit/mutants");
  }

  private static Path root() {
    String told = System.getProperty("seawall.root", "");
    return told.isBlank() ? Path.of("").toAbsolutePath().getParent() : Path.of(told);
  }
}
