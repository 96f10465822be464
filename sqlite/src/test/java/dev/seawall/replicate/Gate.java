// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Holds up whoever runs it until it is opened.
final class Gate implements Runnable {
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  @Override
  public void run() {
    arrived.countDown();
    try {
      assertThat(opened.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until somebody stands before it.
  void awaitArrival() throws InterruptedException {
    assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
  }

  void open() {
    opened.countDown();
  }
}
