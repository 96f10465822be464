// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.testkit.Seed;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Full jitter, and types instead of text.
class RetryPolicyTest {
  private final RandomGenerator random = Seed.of(1).random("jitter");

  @Test
  void delaysFillTheWholeIntervalUpToTheCap() {
    RetryPolicy policy = RetryPolicy.defaults().withBaseMillis(100).withMaxDelayMillis(1000);
    for (int failures = 1; failures < 100; failures++) {
      long most = failures > 4 ? 1000 : 100L << (failures - 1);
      long highest = 0;
      long lowest = Long.MAX_VALUE;
      for (int i = 0; i < 500; i++) {
        long delay = policy.delayNanos(failures, random);
        highest = Math.max(highest, delay);
        lowest = Math.min(lowest, delay);
      }
      assertThat(highest).isBetween(most * 900_000, most * 1_000_000);
      assertThat(lowest).isBetween(0L, most * 100_000);
    }
  }

  /// A key such as `00000500.ltx` in the text once made a permanent failure a transient one.
  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyTheKindDecides(Kind kind) {
    ObjectStoreException failure =
        new ObjectStoreException("put", "00000500.ltx", kind, Effect.NOT_DONE, "503 403", null);
    boolean expected =
        switch (kind) {
          case THROTTLED, UNAVAILABLE, FULL, DAMAGED -> true;
          case PRECONDITION_FAILED, NOT_FOUND, STORE_NOT_FOUND, DENIED, INVALID, CLOSED -> false;
        };
    assertThat(RetryPolicy.defaults().triesAgain(failure, 1)).isEqualTo(expected);
    assertThat(RetryPolicy.defaults().withMaxAttempts(3).triesAgain(failure, 3)).isFalse();
  }

  @Test
  void nonsenseIsRefused() {
    RetryPolicy policy = RetryPolicy.defaults();
    assertThatThrownBy(() -> policy.withMaxAttempts(0)).hasMessageContaining("0 attempts");
    assertThatThrownBy(() -> policy.withBaseMillis(0)).hasMessageContaining("0 ms");
    assertThatThrownBy(() -> policy.withMaxDelayMillis(5)).hasMessageContaining("100 ms");
    assertThatThrownBy(() -> policy.delayNanos(0, random)).hasMessageContaining("0 failures");
  }
}
