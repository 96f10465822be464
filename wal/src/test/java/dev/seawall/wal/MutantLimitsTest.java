// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The limits of `testkit/mutants` name profiles and scenarios that are there. That the patches fit
/// is a house rule.
class MutantLimitsTest {
  private static final Set<String> PROFILES =
      Stream.of(CrashProfile.values())
          .map(profile -> profile.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .collect(Collectors.toSet());

  @TestFactory
  Stream<DynamicTest> everyLimitIsKnown() throws IOException {
    List<Path> patches;
    try (Stream<Path> files = Files.list(root().resolve("testkit/mutants"))) {
      patches = files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
    assertThat(patches).hasSizeGreaterThanOrEqualTo(18);
    return patches.stream()
        .map(patch -> DynamicTest.dynamicTest(patch.getFileName().toString(), () -> known(patch)));
  }

  private static void known(Path patch) throws IOException {
    List<String> limits =
        Files.readAllLines(patch).stream()
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
  }

  private static Path root() {
    String told = System.getProperty("seawall.root", "");
    return told.isBlank() ? Path.of("").toAbsolutePath().getParent() : Path.of(told);
  }
}
