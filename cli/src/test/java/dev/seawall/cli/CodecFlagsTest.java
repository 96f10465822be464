// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compressed and encrypted logs on the command line.
class CodecFlagsTest {
  private static final String LINE = "a line that says the same again and again. ".repeat(20);
  private static final String INPUT = LINE + "\n" + "short\n" + LINE + LINE + "\n";

  @TempDir private Path temp;

  private Path keyFile(String name, String... keys) throws IOException {
    Path file = temp.resolve(name);
    Files.writeString(file, "# keys\n" + String.join("\n", keys) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private static String key(char digit) {
    return Character.toString(digit).repeat(64);
  }

  private String log() {
    return temp.resolve("log").toString();
  }

  @Test
  void compressedRecordsAreReadWithoutAFlag() {
    for (String how : new String[] {"lz4", "zstd", "none"}) {
      assertThat(Run.with(INPUT, "wal", "append", log(), "--compress", how).status()).isZero();
    }
    Run cat = Run.of("wal", "cat", log());
    assertThat(cat.status()).isZero();
    assertThat(cat.out()).isEqualTo(INPUT.repeat(3));
    String frames = Run.of("wal", "inspect", log(), "--frames").out();
    assertThat(frames).contains("LZ4, 860 bytes plain").contains("Zstandard, 1720 bytes plain");
    Run verify = Run.of("wal", "verify", log());
    assertThat(verify.status()).isZero();
    assertThat(verify.out()).contains("9 records").doesNotContain("encrypted");
  }

  @Test
  void encryptedRecordsNeedTheKeyAndSayWhich() throws IOException {
    Path a = keyFile("a", key('a'));
    Path b = keyFile("b", key('b'));
    Run append =
        Run.with(INPUT, "wal", "append", log(), "--compress", "zstd", "--key-file", a.toString());
    assertThat(append.status()).as(append.err()).isZero();
    assertThat(Run.of("wal", "cat", log(), "--key-file", a.toString()).out()).isEqualTo(INPUT);

    Run bare = Run.of("wal", "cat", log());
    assertThat(bare.status()).isEqualTo(2);
    assertThat(bare.err()).contains("encrypted with key").contains("--key-file FILE");
    Run wrong = Run.of("wal", "cat", log(), "--key-file", b.toString());
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("was not given").doesNotContain(key('b'));
    Run plain = Run.with(INPUT, "wal", "append", log());
    assertThat(plain.status()).isEqualTo(2);
    assertThat(plain.err()).contains("new ones would not be");

    Run verify = Run.of("wal", "verify", log());
    assertThat(verify.status()).isZero();
    assertThat(verify.out()).contains("3 of the records are encrypted");
    Run opened = Run.of("wal", "verify", log(), "--key-file", a.toString());
    assertThat(opened.status()).isZero();
    assertThat(opened.out()).doesNotContain("encrypted");
  }

  @Test
  void aNewFirstLineWritesAndTheOthersRead() throws IOException {
    Path old = keyFile("old", key('a'));
    Path turned = keyFile("turned", key('b'), key('a'));
    Path onlyNew = keyFile("new", key('b'));
    Run.with("one\n", "wal", "append", log(), "--key-file", old.toString());
    Run.with("two\n", "wal", "append", log(), "--key-file", turned.toString());
    assertThat(Run.of("wal", "cat", log(), "--key-file", turned.toString()).out())
        .isEqualTo("one\ntwo\n");
    assertThat(Run.of("wal", "cat", log(), "--key-file", onlyNew.toString(), "--from", "2").out())
        .isEqualTo("two\n");
    assertThat(Run.of("wal", "cat", log(), "--key-file", onlyNew.toString()).status()).isEqualTo(2);
  }

  @Test
  void aKeyFileThatOthersMayReadIsRefused() throws IOException {
    Path open = keyFile("open", key('a'));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
    Run run = Run.with("x\n", "wal", "append", log(), "--key-file", open.toString());
    assertThat(run.status()).isNotZero();
    assertThat(run.err()).contains("chmod 600").doesNotContain(key('a'));
    assertThat(temp.resolve("log")).doesNotExist();
  }

  @Test
  void aKeyFileThatIsNoneSaysTheLineAndNotItsContent() throws IOException {
    Path broken = keyFile("broken", key('a'), "abcdefg secret");
    Run run = Run.with("x\n", "wal", "append", log(), "--key-file", broken.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("line 3").doesNotContain("secret");
  }

  @Test
  void aLogBegunInPlainIsReadWhenAllowed() throws IOException {
    Path a = keyFile("a", key('a'));
    Run.with("one\n", "wal", "append", log());
    Run.with("two\n", "wal", "append", log(), "--key-file", a.toString());
    Run refused = Run.of("wal", "cat", log(), "--key-file", a.toString());
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("--allow-plain");
    assertThat(Run.of("wal", "cat", log(), "--key-file", a.toString(), "--allow-plain").out())
        .isEqualTo("one\ntwo\n");
    assertThat(Run.of("wal", "cat", log(), "--allow-plain").status()).isEqualTo(2);
  }

  @Test
  void truncateAndSalvageWithKeys() throws IOException {
    Path a = keyFile("a", key('a'));
    Run.with(INPUT, "wal", "append", log(), "--key-file", a.toString());
    assertThat(Run.of("wal", "truncate", log(), "--suffix", "2", "--yes").status()).isEqualTo(2);
    Run truncate =
        Run.of("wal", "truncate", log(), "--suffix", "2", "--yes", "--key-file", a.toString());
    assertThat(truncate.status()).as(truncate.err()).isZero();
    String out = temp.resolve("out").toString();
    assertThat(
            Run.of("wal", "salvage", log(), out, "--compress", "lz4", "--key-file", a.toString())
                .status())
        .isZero();
    assertThat(Run.of("wal", "cat", out, "--key-file", a.toString()).out())
        .isEqualTo(LINE + "\nshort\n");
    assertThat(Run.of("wal", "inspect", out, "--frames").out())
        .contains("LZ4, 860 bytes plain, enc");
  }
}
