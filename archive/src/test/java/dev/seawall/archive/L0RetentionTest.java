// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Nothing that is needed goes, and no key becomes free too early (I-7).
class L0RetentionTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private static Link link(int level, long first, long last, @Nullable Integer minutesAgo) {
    Instant modified = minutesAgo == null ? null : NOW.minus(Duration.ofMinutes(minutesAgo));
    return new Link(level, first, last, 9, Rig.LAYOUT.key(level, first, last), modified);
  }

  private static List<String> removable(Link... links) {
    return L0Retention.removable(Chain.of(List.of(links)), NOW, HOUR).stream()
        .map(Link::range)
        .toList();
  }

  @Test
  void onlyWhatIsMergedOldAndNotTheNewestGoes() {
    assertThat(
            removable(
                link(0, 1, 1, 200),
                link(0, 2, 2, 200),
                link(0, 3, 3, 200),
                link(0, 4, 4, 200),
                link(1, 1, 2, 90),
                link(1, 3, 4, 30)))
        .containsExactly("1..1", "2..2");
    assertThat(removable(link(0, 1, 1, 200), link(1, 1, 1, 200))).isEmpty();
    assertThat(removable(link(0, 1, 1, 200), link(0, 2, 2, 200))).isEmpty();
    assertThat(removable(link(0, 1, 1, null), link(0, 2, 2, 0), link(1, 1, 1, 200))).isEmpty();
    assertThat(removable(link(0, 1, 1, 30), link(0, 2, 2, 0), link(1, 1, 1, 200))).isEmpty();
    assertThat(removable()).isEmpty();
  }

  @Test
  void lessThanAnHourIsRefused() {
    Chain chain = Chain.of(List.of());
    assertThatThrownBy(() -> L0Retention.removable(chain, NOW, Duration.ofMinutes(59)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
