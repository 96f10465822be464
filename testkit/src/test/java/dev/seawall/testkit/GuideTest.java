// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The guide shows code that compiles: every Java block of it is a part of a test, to the letter.
class GuideTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void everyJavaBlockOfTheGuideIsCompiledAndRun() throws IOException {
    Path root = Path.of(System.getProperty("seawall.root", ".."));
    Path tests = root.resolve("testkit/src/test/java/dev/seawall/testkit");
    String compiled =
        squeeze(Files.readString(tests.resolve("sample/SettingsFileTest.java")))
            + squeeze(Files.readString(tests.resolve("CrashMatrixTest.java")))
            + squeeze(Files.readString(tests.resolve("StorageContractTest.java")))
            + squeeze(Files.readString(tests.resolve("ToyLog.java")));
    Matcher block = BLOCK.matcher(Files.readString(root.resolve("docs/testkit.md")));
    int blocks = 0;
    while (block.find()) {
      assertThat(compiled).contains(squeeze(block.group(1)));
      blocks++;
    }
    assertThat(blocks).isGreaterThanOrEqualTo(4);
  }

  /// Indentation and line breaks are the formatter's business.
  private static String squeeze(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
