// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.Machine;
import dev.seawall.io.WaitWord;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Makes a call again until it succeeds, fails for good or was tried often enough. Thread-safe; the
/// caller waits.
///
/// For calls that may be made twice: reads, listings, deletions. A conditional put is not one, see
/// [Replica#put].
public final class Retrier {
  private final Machine machine;
  private final RetryPolicy policy;
  private final CircuitBreaker breaker;
  private final AtomicLong retries;
  private final CallListener listener;

  /// Makes one; calls of all its users share the breaker.
  public Retrier(Machine machine, RetryPolicy policy, CircuitBreaker breaker) {
    this(machine, policy, breaker, new AtomicLong(), CallListener.NONE);
  }

  private Retrier(
      Machine machine,
      RetryPolicy policy,
      CircuitBreaker breaker,
      AtomicLong retries,
      CallListener listener) {
    this.machine = machine;
    this.policy = policy;
    this.breaker = breaker;
    this.retries = retries;
    this.listener = listener;
  }

  /// Returns this one, but that somebody is told how each attempt ends, while it is made again.
  public Retrier telling(CallListener whom) {
    return new Retrier(machine, policy, breaker, retries, whom);
  }

  /// Returns the policy.
  public RetryPolicy policy() {
    return policy;
  }

  /// Returns the breaker.
  public CircuitBreaker breaker() {
    return breaker;
  }

  /// Returns how often a call was made again.
  public long retries() {
    return retries.get();
  }

  /// Makes a call, again if need be.
  ///
  /// @throws ObjectStoreException of the last attempt; UNAVAILABLE when the breaker is open and
  ///   stays so for longer than the policy's longest delay
  public <T extends @Nullable Object> T call(StoreCalls.Body<T> body) throws IOException {
    int failures = 0;
    while (true) {
      CircuitBreaker.Permit permit = breaker.tryAcquire();
      if (permit == null) {
        waitForBreaker();
        continue;
      }
      try {
        T result = body.run();
        permit.succeeded();
        listener.succeeded();
        return result;
      } catch (ObjectStoreException e) {
        permit.failed(e);
        tell(e);
        if (!policy.triesAgain(e, ++failures)) {
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        permit.succeeded();
        throw e;
      }
      retries.incrementAndGet();
      pause(policy.delayNanos(failures, machine.random()));
    }
  }

  /// A condition that does not hold is an answer, and the store gave it.
  private void tell(ObjectStoreException e) {
    if (e.kind() == Kind.PRECONDITION_FAILED || e.kind() == Kind.NOT_FOUND) {
      listener.succeeded();
    } else {
      listener.failed(e);
    }
  }

  private void waitForBreaker() throws ObjectStoreException {
    long nanos = breaker.waitNanos();
    if (nanos > policy.maxDelayMillis() * 1_000_000L) {
      throw new ObjectStoreException(
          "call",
          "store",
          Kind.UNAVAILABLE,
          Effect.NOT_DONE,
          "too many calls have failed in a row; the next one is tried in "
              + (nanos / 1_000_000_000L + 1)
              + " s",
          null);
    }
    pause(Math.max(nanos, 1_000_000L));
  }

  /// Waits, and lets an interrupt end the waiting as a failure that says so.
  void pause(long nanos) throws ObjectStoreException {
    long start = machine.time().nanoTime();
    try (WaitWord word = machine.scheduler().newWaitWord()) {
      long left = nanos;
      while (left > 0) {
        word.await(word.value(), left);
        left = nanos - (machine.time().nanoTime() - start);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ObjectStoreException(
          "wait", "store", Kind.CLOSED, Effect.NOT_DONE, "interrupted while waiting", e);
    }
  }
}
