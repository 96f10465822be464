// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Keys as Litestream writes them, one function for both directions.
class LinkLayoutTest {
  private static ObjectInfo object(String key) {
    return new ObjectInfo(ObjectKey.of(key), 7, null, null, Map.of());
  }

  @Test
  void keysOfS3() {
    LinkLayout layout = LinkLayout.onS3("a/db", ".ltx");
    assertThat(layout.key(9, 1, 255).text())
        .isEqualTo("a/db/0009/0000000000000001-00000000000000ff.ltx");
    assertThat(layout.lock().text()).isEqualTo("a/db/lock.json");
    assertThat(layout.parse(9, object("a/db/0009/0000000000000001-00000000000000ff.ltx")))
        .isEqualTo(new Link(9, 1, 255, 7, layout.key(9, 1, 255), null));
  }

  @Test
  void keysOfFiles() {
    assertThat(LinkLayout.inFiles("db", ".ltx").key(0, 2, 2).text())
        .isEqualTo("db/ltx/0/0000000000000002-0000000000000002.ltx");
    assertThat(LinkLayout.inFiles("", ".ltx").key(0, 2, 2).text())
        .isEqualTo("ltx/0/0000000000000002-0000000000000002.ltx");
    assertThat(LinkLayout.inFiles("", ".ltx").lock().text()).isEqualTo("lock.json");
  }

  @Test
  void whatIsNoLinkIsNone() {
    LinkLayout layout = LinkLayout.onS3("db", ".ltx");
    for (String name :
        new String[] {
          "db/0000/0000000000000002-0000000000000001.ltx",
          "db/0000/0000000000000000-0000000000000001.ltx",
          "db/0000/0000000000000001-0000000000000001.ltx.tmp",
          "db/0000/0000000000000001-0000000000000001xltx",
          "db/0000/00000000000000A1-00000000000000A1.ltx",
          "db/0000/ffffffffffffffff-ffffffffffffffff.ltx",
          "db/0001/0000000000000001-0000000000000001.ltx",
          "db/0000/x/0000000000000001-0000000000000001.ltx"
        }) {
      assertThat(layout.parse(0, object(name))).as(name).isNull();
    }
  }

  @Test
  void pathsThatLeaveTheirPlaceAreRefused() {
    assertThatThrownBy(() -> LinkLayout.onS3("", ".ltx")).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> LinkLayout.onS3("/db", ".ltx")).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> LinkLayout.onS3("..", ".ltx").lock())
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> LinkLayout.inFiles("a/", ".ltx")).isInstanceOf(RuntimeException.class);
  }
}
