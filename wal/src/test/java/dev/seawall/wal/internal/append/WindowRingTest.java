// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which window an append gets.
final class WindowRingTest {
  private static final int BYTES = 64 << 10;

  @Test
  void smallGroupsKeepToTheWindowsThatAreWarm() {
    WindowRing ring = new WindowRing(8, BYTES);
    Set<Window> used = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 100; i++) {
      Window first = acquire(ring);
      Window second = acquire(ring);
      used.add(first);
      used.add(second);
      ring.release(first);
      ring.release(second);
    }
    assertThat(used).hasSize(2);
  }

  @Test
  void thereAreAsManyAsWasSaidWhateverTheirLength() {
    for (int bytes : new int[] {16 << 10, 1 << 20, 2 << 20, 4 << 20}) {
      for (int count : new int[] {2, 3, 7, 64}) {
        WindowRing ring = new WindowRing(count, bytes);
        List<Window> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          Window window = acquire(ring);
          assertThat(window.bytes).isEqualTo(bytes);
          taken.add(window);
        }
        assertThat(ring.acquire(1)).as("one more than %s of %s bytes", count, bytes).isNull();
        assertThat(ring.allFree()).isFalse();
        taken.forEach(ring::release);
        assertThat(ring.allFree()).isTrue();
      }
    }
  }

  @Test
  void oneThatIsTooLongForAWindowGetsItsOwnAndTheNextWaitsForIt() {
    WindowRing ring = new WindowRing(2, BYTES);
    Window own = Objects.requireNonNull(ring.acquire(BYTES + 1));
    assertThat(own.bytes).isGreaterThan(BYTES);
    assertThat(ring.acquire(BYTES + 1)).isNull();
    assertThat(ring.allFree()).isFalse();
    ring.release(own);
    assertThat(ring.allFree()).isTrue();
    ring.release(Objects.requireNonNull(ring.acquire(BYTES + 1)));
  }

  private static Window acquire(WindowRing ring) {
    return Objects.requireNonNull(ring.acquire(BYTES / 4));
  }
}
