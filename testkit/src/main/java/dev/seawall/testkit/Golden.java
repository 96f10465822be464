// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Bytes that are committed beside a test and must not change: one file for each format and
/// version.
///
/// `-Dgolden.rewrite` records what the code produces now instead of comparing; look at the
/// difference before you commit it.
public final class Golden {
  private static final int ROW = 16;
  private static final int MAX_ROWS = 8;

  private final Path directory;

  private Golden(Path directory) {
    this.directory = directory;
  }

  /// Returns the goldens of a directory, usually `src/test/resources/golden` below the module;
  /// relative to the working directory.
  public static Golden in(Path directory) {
    return new Golden(directory);
  }

  /// Compares `actual` with the committed file, or records it.
  ///
  /// @throws AssertionError when they differ or the file is missing; the message has a hex dump of
  ///   the first differences
  public void check(String name, ByteBuffer actual) {
    byte[] found = new byte[actual.remaining()];
    actual.duplicate().get(found);
    Path file = directory.resolve(name);
    try {
      if (rewrites()) {
        Files.createDirectories(directory);
        Files.write(file, found);
        return;
      }
      if (!Files.isRegularFile(file)) {
        throw new AssertionError(
            "golden " + file + " is missing; record it with -Dgolden.rewrite and commit it");
      }
      byte[] expected = Files.readAllBytes(file);
      if (!Arrays.equals(expected, found)) {
        throw new AssertionError(difference(file, expected, found));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns the committed bytes, for tests that decode what an older version wrote.
  ///
  /// @throws AssertionError when the file is missing
  public ByteBuffer read(String name) {
    Path file = directory.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new AssertionError("golden " + file + " is missing");
    }
    try {
      return ByteBuffer.wrap(Files.readAllBytes(file)).asReadOnlyBuffer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean rewrites() {
    String property = System.getProperty("golden.rewrite");
    // Maven hands on an empty value when nobody asked.
    return property != null && !property.isBlank() && !property.equals("false");
  }

  private static String difference(Path file, byte[] expected, byte[] found) {
    StringBuilder text = new StringBuilder();
    text.append("golden ").append(file).append(": expected ").append(expected.length);
    text.append(" bytes, found ").append(found.length).append("; first difference at byte ");
    text.append(Arrays.mismatch(expected, found)).append('\n');
    int shown = 0;
    int longest = Math.max(expected.length, found.length);
    for (int row = 0; row < longest && shown < MAX_ROWS; row += ROW) {
      String before = hex(expected, row);
      String after = hex(found, row);
      if (!before.equals(after)) {
        text.append(String.format(Locale.ROOT, "  %06x - %s%n         + %s%n", row, before, after));
        shown++;
      }
    }
    return text.append("intended? record it with -Dgolden.rewrite and commit it").toString();
  }

  private static String hex(byte[] bytes, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < Math.min(from + ROW, bytes.length); i++) {
      text.append(String.format(Locale.ROOT, "%02x ", bytes[i]));
    }
    return text.isEmpty() ? "(end)" : text.toString().stripTrailing();
  }
}
