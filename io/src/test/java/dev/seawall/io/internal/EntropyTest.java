// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// Random numbers at the edge of the machine.
final class EntropyTest {

  @Test
  void noNumberComesTwiceWhateverTheThreads() throws Exception {
    Entropy entropy = Entropy.seeded();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < 5000; n++) {
                  seen.add(entropy.nextLong());
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(seen).hasSize(4 * 5000);
    assertThat(Entropy.seeded().nextLong()).isNotIn(seen);
  }
}
