// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.CircuitBreaker.Permit;
import dev.seawall.archive.CircuitBreaker.State;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// It opens, half opens for one, and opens again: the fault of walrust was that it did so once
/// only.
class CircuitBreakerTest {
  private final ObjectStoreException down = failure(Kind.UNAVAILABLE);

  private final SimMachine sim = new SimMachine(Seed.of(1));
  private final CircuitBreaker breaker = new CircuitBreaker(sim.time(), 3, 60_000);

  private static ObjectStoreException failure(Kind kind) {
    return new ObjectStoreException("put", "x", kind, Effect.NOT_DONE, "", null);
  }

  private Permit acquire() {
    Permit permit = breaker.tryAcquire();
    assertThat(permit).isNotNull();
    return permit;
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      acquire().failed(down);
    }
  }

  private void pass(long seconds) {
    sim.time().advance(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void itOpensAfterFailuresInARowOnly() {
    fail(2);
    acquire().succeeded();
    fail(2);
    acquire().failed(failure(Kind.PRECONDITION_FAILED));
    fail(2);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    fail(1);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.tryAcquire()).isNull();
    assertThat(breaker.waitNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(60));
  }

  @Test
  void halfOpenLetsOneThrough() {
    fail(3);
    pass(60);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    Permit trial = acquire();
    assertThat(breaker.tryAcquire()).isNull();
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    trial.succeeded();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    fail(2);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aFailedTrialOpensItAgainForTheWholeCoolDownAnyNumberOfTimes() {
    fail(3);
    for (int i = 0; i < 5; i++) {
      pass(59);
      assertThat(breaker.tryAcquire()).isNull();
      pass(1);
      acquire().failed(down);
      assertThat(breaker.state()).isEqualTo(State.OPEN);
      assertThat(breaker.waitNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(60));
    }
    assertThat(breaker.openings()).isEqualTo(6);
  }

  @Test
  void aTrialWhoseEndNobodyTellsIsFollowedByAnother() {
    fail(3);
    pass(60);
    Permit lost = acquire();
    pass(60);
    Permit next = acquire();
    lost.failed(down);
    next.succeeded();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void oldNewsChangesNothing() {
    Permit old = acquire();
    Permit older = acquire();
    fail(3);
    old.succeeded();
    assertThat(breaker.state()).isEqualTo(State.OPEN);
    pass(60);
    acquire().succeeded();
    older.failed(down);
    fail(2);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThatThrownBy(older::succeeded).isInstanceOf(IllegalStateException.class);
  }
}
