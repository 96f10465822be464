// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// The rules about text, as functions from a file's name and text to complaints.
final class Tidy {
  static final int MAX_FILE_LINES = 500;
  static final int MAX_METHOD_LINES = 70;
  static final String SPDX = "// SPDX-License-Identifier: Apache-2.0";

  // Built from halves, so that this file does not break its own rules.
  private static final Pattern TO_DO = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern LINE_LINK =
      Pattern.compile("\\b[\\w/-]+\\.(java|go|c|h|md|zig|rs|py|kt)(:\\d+|#L\\d+)");
  private static final List<String> BANNED =
      List.of(
          "white" + "list",
          "black" + "list",
          "util" + "ize",
          "lever" + "age ",
          "obvi" + "ously",
          "sun.misc." + "Unsafe",
          "fs" + "ynced",
          "as an " + "AI");

  private Tidy() {}

  /// Rules for every text file.
  static List<String> text(String name, String text) {
    List<String> complaints = new ArrayList<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String at = name + ", line " + (i + 1) + ": ";
      Matcher link = LINE_LINK.matcher(lines[i]);
      if (link.find()) {
        complaints.add(at + "link to a line number rots, name the method: " + link.group());
      }
      if (TO_DO.matcher(lines[i]).find()) {
        complaints.add(at + "unfinished work belongs in an issue");
      }
      for (String word : BANNED) {
        if (lines[i].toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT))) {
          complaints.add(at + "banned word: " + word.strip());
        }
      }
    }
    if (!text.isEmpty() && !text.endsWith("\n")) {
      complaints.add(name + ": no newline at the end");
    }
    return complaints;
  }

  /// Rules for Java files, on top of [#text].
  static List<String> java(String name, String text) {
    List<String> complaints = new ArrayList<>();
    if (!text.startsWith(SPDX + "\n")) {
      complaints.add(name + ": first line is not `" + SPDX + "` (./mvnw spotless:apply adds it)");
    }
    long lines = text.lines().count();
    if (lines > MAX_FILE_LINES) {
      complaints.add(name + ": " + lines + " lines, at most " + MAX_FILE_LINES);
    }
    complaints.addAll(longMethods(name, text));
    return complaints;
  }

  private static List<String> longMethods(String name, String text) {
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///Source.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, problem -> {}, List.of("-proc:none"), null, List.of(source));
    List<String> complaints = new ArrayList<>();
    SourcePositions positions = Trees.instance(task).getSourcePositions();
    try {
      for (CompilationUnitTree unit : task.parse()) {
        new TreeScanner<Void, Void>() {
          @Override
          public Void visitMethod(MethodTree method, Void unused) {
            long start = positions.getStartPosition(unit, method);
            long end = positions.getEndPosition(unit, method);
            if (start >= 0 && end > start) {
              long lines =
                  unit.getLineMap().getLineNumber(end) - unit.getLineMap().getLineNumber(start) + 1;
              if (lines > MAX_METHOD_LINES) {
                complaints.add(
                    name
                        + ": method "
                        + method.getName()
                        + " has "
                        + lines
                        + " lines, at most "
                        + MAX_METHOD_LINES);
              }
            }
            return super.visitMethod(method, null);
          }
        }.scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return complaints;
  }
}
