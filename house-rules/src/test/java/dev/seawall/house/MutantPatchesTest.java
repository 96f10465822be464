// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The patches of every folder `mutants` fit the tree: a protection that moved takes its mutant
/// along.
final class MutantPatchesTest {
  private static final Pattern LIMIT_BY_TEST =
      Pattern.compile("# limit: test ([\\w.]+)(?:#(\\w+))?");

  /// What a patch wants to find in a file: the lines of one hunk before the change.
  private record Hunk(String file, String before) {}

  @TestFactory
  Stream<DynamicTest> everyPatchApplies() {
    return patches().stream()
        .map(patch -> DynamicTest.dynamicTest(SourceTree.name(patch), () -> applies(patch)));
  }

  @Test
  void thePatchesAreInTheTable() {
    List<Path> patches = patches();
    assertThat(patches).hasSizeGreaterThanOrEqualTo(90);
    for (Path patch : patches) {
      String name = patch.getFileName().toString().replaceFirst("\\d+-(.*)\\.patch", "$1");
      assertThat(SourceTree.read(patch.resolveSibling("README.md"))).contains("| " + name + " |");
    }
  }

  private static void applies(Path patch) {
    List<String> lines = SourceTree.read(patch).lines().toList();
    assertThat(lines.getFirst()).startsWith("# protection: ");
    List<String> limits = lines.stream().filter(line -> line.startsWith("# limit: ")).toList();
    assertThat(limits).isNotEmpty();
    limits.forEach(MutantPatchesTest::namesATest);
    List<Hunk> hunks = hunks(lines);
    assertThat(hunks).isNotEmpty();
    for (Hunk hunk : hunks) {
      assertThat(SourceTree.read(SourceTree.root().resolve(hunk.file)))
          .as("%s in %s", SourceTree.name(patch), hunk.file)
          .contains(hunk.before);
    }
  }

  private static void namesATest(String limit) {
    var test = LIMIT_BY_TEST.matcher(limit);
    if (test.matches()) {
      String file = "/src/test/java/" + test.group(1).replace('.', '/') + ".java";
      Path source =
          SourceTree.modules().stream()
              .map(module -> Path.of(module + file))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow(() -> new AssertionError(limit + ": no such class"));
      if (test.group(2) != null) {
        assertThat(SourceTree.read(source)).contains("void " + test.group(2) + "(");
      }
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

  private static List<Path> patches() {
    return SourceTree.files().stream()
        .filter(file -> file.toString().endsWith(".patch"))
        .filter(file -> file.getParent().endsWith("mutants"))
        .toList();
  }
}
