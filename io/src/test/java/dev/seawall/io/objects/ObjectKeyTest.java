// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names from outside cannot leave their directory: I-18.
class ObjectKeyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/../b",
        "a/./b",
        "a\\b",
        "..\\..\\x",
        "a\u0000b",
        "a\nb",
        "a\u007fb",
        "a\ud800b"
      })
  void aNameThatCouldLeaveItsDirectoryIsRefused(String name) {
    assertThat(ObjectKey.isValid(name)).isFalse();
    assertThatThrownBy(() -> ObjectKey.of(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/b", "..a", "a..", "a/.../b", ".hidden", "sp ace", "日本/ü"})
  void everyOtherNameIsKept(String name) {
    assertThat(ObjectKey.of(name).text()).isEqualTo(name);
  }

  @Test
  void theLimitIsInBytes() {
    assertThat(ObjectKey.isValid("x".repeat(1024))).isTrue();
    assertThat(ObjectKey.isValid("x".repeat(1025))).isFalse();
    assertThat(ObjectKey.isValid("ü".repeat(513))).isFalse();
    assertThatThrownBy(() -> ObjectKey.of("x".repeat(5000)))
        .hasMessageContaining("5000 bytes, the limit is 1024")
        .message()
        .hasSizeLessThan(200);
  }

  @Test
  void keysSortAsTheirUtf8Bytes() {
    List<String> names = List.of("a", "a/b", "a0", "b", "\uffee", "\ud83d\ude00", "ü", "a.");
    List<String> byBytes =
        names.stream()
            .sorted((x, y) ->
                Arrays.compareUnsigned(
                    x.getBytes(StandardCharsets.UTF_8), y.getBytes(StandardCharsets.UTF_8)))
            .toList();
    assertThat(names.stream().map(ObjectKey::of).sorted().map(ObjectKey::text))
        .containsExactlyElementsOf(byBytes);
  }

  @Test
  void partsOfAName() {
    ObjectKey key = ObjectKey.of("db").resolve("0000").resolve("x.ltx");
    assertThat(key.text()).isEqualTo("db/0000/x.ltx");
    assertThat(key.lastSegment()).isEqualTo("x.ltx");
    assertThatThrownBy(() -> key.resolve("../../y")).isInstanceOf(IllegalArgumentException.class);
  }
}
