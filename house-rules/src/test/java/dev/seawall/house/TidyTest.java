// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Tidiness of the whole repository. Each rule is also shown to fire.
final class TidyTest {
  private static final Set<String> TEXT_ENDINGS =
      Set.of("java", "md", "xml", "yml", "yaml", "sh", "properties", "toml");
  private static final Pattern EXPORTS =
      Pattern.compile("^\\s*exports\\s+([\\w.]+)", Pattern.MULTILINE);

  @Test
  void everyTextFileIsTidy() {
    List<String> complaints = new ArrayList<>();
    for (Path file : SourceTree.files()) {
      String name = SourceTree.name(file);
      if (!TEXT_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
          || name.contains("/src/test/resources/")) {
        continue;
      }
      String text = SourceTree.read(file);
      complaints.addAll(Tidy.text(name, text));
      if (name.endsWith(".java")) {
        complaints.addAll(Tidy.java(name, text));
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void everyMainPackageIsExplainedAndNullMarked() {
    List<String> complaints = new ArrayList<>();
    for (Path module : SourceTree.modules()) {
      for (Path folder : SourceTree.mainPackages(module)) {
        Path info = folder.resolve("package-info.java");
        if (!Files.exists(info)) {
          complaints.add(SourceTree.name(folder) + ": no package-info.java");
        } else if (!SourceTree.read(info).contains("@NullMarked")) {
          complaints.add(SourceTree.name(info) + ": not @NullMarked");
        }
      }
    }
    assertThat(complaints).isEmpty();
  }

  /// A package is API exactly if it is exported; everything else says `internal`.
  @Test
  void libraryPackagesAreExportedOrInternal() {
    List<String> complaints = new ArrayList<>();
    for (Path module : SourceTree.modules()) {
      Path info = module.resolve("src/main/java/module-info.java");
      String name = SourceTree.name(module);
      if (name.equals("cli") || name.startsWith("bench") || !Files.exists(info)) {
        continue;
      }
      Set<String> exported = new TreeSet<>();
      EXPORTS.matcher(SourceTree.read(info)).results().forEach(m -> exported.add(m.group(1)));
      for (Path folder : SourceTree.mainPackages(module)) {
        String packageName =
            info.getParent().relativize(folder).toString().replaceAll("[/\\\\]", ".");
        boolean internal = packageName.contains(".internal");
        if (exported.contains(packageName) == internal) {
          complaints.add(packageName + ": export it, or put `internal` in its name; never both");
        }
      }
    }
    assertThat(complaints).isEmpty();
  }

  @Test
  void everyModuleWithMainCodeHasADescriptor() {
    for (Path module : SourceTree.modules()) {
      if (!SourceTree.mainPackages(module).isEmpty()
          && !SourceTree.name(module).startsWith("bench/")) {
        assertThat(module.resolve("src/main/java/module-info.java")).exists();
      }
    }
  }

  @Test
  void noFileIsLeftOver() {
    assertThat(SourceTree.files().stream().map(SourceTree::name))
        .noneMatch(n -> n.matches(".*(\\.orig|\\.rej|\\.bak|\\.swp|~)$|(.*/)?(core|nohup\\.out)$"));
  }

  @Test
  void licenceFilesAreThere() {
    assertThat(SourceTree.root().resolve("NOTICE")).isNotEmptyFile();
    assertThat(SourceTree.read(SourceTree.root().resolve("LICENSE")))
        .contains("Apache License", "Version 2.0, January 2004");
  }

  @Test
  void aLongFileIsRefused() {
    assertThat(Tidy.java("Long.java", Tidy.SPDX + "\n" + "//\n".repeat(500)))
        .singleElement()
        .asString()
        .contains("501 lines");
  }

  @Test
  void aLongMethodIsRefused() {
    String body = "    assert true;\n".repeat(69);
    String text = Tidy.SPDX + "\nclass C {\n  void tooLong() {\n" + body + "  }\n}\n";
    assertThat(Tidy.java("C.java", text)).singleElement().asString().contains("tooLong", "71");
    assertThat(Tidy.java("C.java", text.replaceFirst("    assert true;\n", ""))).isEmpty();
  }

  @Test
  void aMissingLicenceLineIsRefused() {
    assertThat(Tidy.java("C.java", "class C {}\n")).singleElement().asString().contains("SPDX");
  }

  @Test
  void loosePromisesRottingLinksAndBannedWordsAreRefused() {
    assertThat(Tidy.text("a.md", "TO" + "DO later\n")).hasSize(1);
    assertThat(Tidy.text("a.md", "see Foo.java" + ":123\n")).hasSize(1);
    assertThat(Tidy.text("a.md", "we util" + "ize it\n")).hasSize(1);
    assertThat(Tidy.text("a.md", "no newline")).hasSize(1);
    assertThat(Tidy.text("a.md", "see `Foo.open` at 10:30\n")).isEmpty();
  }
}
