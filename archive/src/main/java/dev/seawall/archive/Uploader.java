// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.StoreCalls.Call;
import dev.seawall.io.Scheduler.Handle;
import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.StorageException;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import dev.seawall.io.objects.ObjectStoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Brings the queue of links into a replica: several are staged at once, one at a time is
/// published, strictly in order. Thread-safe.
///
/// A later link is never visible before an earlier one, whatever fails, dies or answers late; a
/// link that cannot be shipped is waited for, never gone around. Failures of the store are tried
/// again for as long as the uploader lives: transient ones after a jittered delay, others after the
/// longest delay. It stops for good, and says why, when the replica is not ours: see
/// [UploadListener#stopped].
///
/// After a start it asks the replica what of the queue is there already. Links are confirmed – told
/// to the listener, noted in the queue – only while the fence is held.
public final class Uploader implements AutoCloseable {
  // What was shipped is noted in the queue, durably, after so many links or bytes, so long a time,
  // or a quiet one: two syncs each, which is as much as a link itself costs.
  private static final int SETTLE_LINKS = 32;
  private static final long SETTLE_BYTES = 16L << 20;
  private static final long SETTLE_NANOS = 30_000_000_000L;
  private static final long QUIET_NANOS = 3_000_000_000L;

  /// Where it is.
  public enum State {
    /// Waiting for a first link, or asking the replica what is there.
    RESUMING,
    /// Shipping, or waiting for links.
    SHIPPING,
    /// Stopped for good.
    STOPPED
  }

  /// A look at an uploader. Immutable.
  ///
  /// @param state where it is
  /// @param failuresInARow 0 when all is well
  /// @param failure the last one of those; the reason when it has stopped
  public record Status(State state, int failuresInARow, @Nullable IOException failure) {}

  private final Replica replica;
  private final LinkStore links;
  private final StoreCalls calls;
  private final Fence fence;
  private final UploadListener listener;
  private final int parallel;
  private final WaitWord progress;
  private volatile @Nullable Handle handle;
  private volatile Status status = new Status(State.RESUMING, 0, null);

  // Confined to the steps.
  private final Deque<UploadJob> jobs = new ArrayDeque<>();
  private @Nullable Call<@Nullable Long> resuming;
  private @Nullable Call<Boolean> settling;
  private int unsettled;
  private long unsettledBytes;
  private long unsettledNanos;
  private long confirmedNanos;
  private long pauseStartNanos;
  private long pauseNanos;

  private Uploader(
      Replica replica,
      LinkStore links,
      StoreCalls calls,
      Fence fence,
      UploadListener listener,
      int parallel) {
    this.replica = replica;
    this.links = links;
    this.calls = calls;
    this.fence = fence;
    this.listener = listener;
    this.parallel = parallel;
    this.progress = replica.machine().scheduler().newWaitWord();
  }

  /// Starts shipping. Queue, lanes and fence stay the caller's to close, after the uploader.
  ///
  /// @param parallel how many links are staged at once, at least 1
  public static Uploader start(
      Replica replica,
      LinkStore links,
      StoreCalls calls,
      Fence fence,
      UploadListener listener,
      int parallel) {
    if (parallel < 1) {
      throw new IllegalArgumentException(parallel + " at once");
    }
    Uploader uploader = new Uploader(replica, links, calls, fence, listener, parallel);
    uploader.handle =
        replica.machine().scheduler().start("seawall-uploader", Placement.SHARED, uploader::step);
    links.onCommit(uploader::wake);
    fence.onChange(uploader::wake);
    uploader.wake();
    return uploader;
  }

  /// Returns how it goes.
  public Status status() {
    return status;
  }

  /// Waits until everything up to `last` is in the replica.
  ///
  /// @return false when it has stopped or the time is over
  /// @throws InterruptedException when the caller is interrupted
  public boolean awaitShipped(long last, long timeoutNanos) throws InterruptedException {
    long start = replica.machine().time().nanoTime();
    while (true) {
      int seen = progress.value();
      ChainEnd shipped = links.shipped();
      if (shipped != null && shipped.last() >= last) {
        return true;
      }
      long left = timeoutNanos - (replica.machine().time().nanoTime() - start);
      if (left <= 0 || status.state() == State.STOPPED) {
        return false;
      }
      progress.await(seen, left);
    }
  }

  private void wake() {
    Handle started = handle;
    if (started != null) {
      started.wake();
    }
  }

  private long step() {
    if (status.state() == State.STOPPED) {
      return Worker.UNTIL_WOKEN;
    }
    try {
      collect();
      if (fence.state() == Fence.State.LOST) {
        LeaseLostException lost = fence.lost();
        stop(lost == null ? new LeaseLostException("unknown", "the lease was lost") : lost);
        return Worker.UNTIL_WOKEN;
      }
      if (links.pendingLinks() > 0) {
        fence.want();
      }
      if (fence.state() == Fence.State.WAITING) {
        return Worker.UNTIL_WOKEN;
      }
      confirm();
      long left = pauseNanos - (replica.machine().time().nanoTime() - pauseStartNanos);
      if (pauseNanos > 0 && left > 0) {
        return left;
      }
      pauseNanos = 0;
      return submit();
    } catch (ArchiveException e) {
      stop(e);
      return Worker.UNTIL_WOKEN;
    } catch (IOException e) {
      pause(e);
      return pauseNanos;
    }
  }

  /// Looks at what ended since the last step; the first failure is thrown, the others are part of
  /// it.
  private void collect() throws IOException {
    IOException failure = null;
    Call<@Nullable Long> asked = resuming;
    if (asked != null && asked.isDone()) {
      resuming = null;
      try {
        Long last = asked.result();
        if (last != null
            && links.pending(Integer.MAX_VALUE).stream().anyMatch(link -> link.last() == last)) {
          links.shippedUpTo(last);
          shipped(0);
          progress.advance();
        }
        status = new Status(State.SHIPPING, 0, null);
      } catch (IOException e) {
        failure = e;
      }
    }
    Call<Boolean> saved = settling;
    if (saved != null && saved.isDone()) {
      settling = null;
      try {
        saved.result();
      } catch (IOException e) {
        unsettled++;
        failure = e;
      }
    }
    for (UploadJob job : jobs) {
      IOException e = collect(job);
      failure = e != null && !(failure instanceof ArchiveException) ? e : failure;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable IOException collect(UploadJob job) {
    try {
      if (job.staging != null && job.staging.isDone()) {
        var ended = job.staging;
        job.staging = null;
        job.staged = ended.result();
      }
      if (job.publishing != null && job.publishing.isDone()) {
        var ended = job.publishing;
        job.publishing = null;
        job.published = ended.result();
      }
      return null;
    } catch (IOException e) {
      job.failed(e);
      return e;
    }
  }

  /// Tells of links that are published; only the oldest ever is.
  private void confirm() {
    UploadJob head = jobs.peekFirst();
    if (head == null || head.published == null) {
      return;
    }
    jobs.removeFirst();
    head.giveUp();
    links.shippedUpTo(head.link.last());
    shipped(head.link.bytes());
    status = new Status(State.SHIPPING, 0, null);
    listener.published(head.link, head.published);
    progress.advance();
  }

  private long submit() throws StorageException {
    if (status.state() == State.RESUMING) {
      return resume();
    }
    fill();
    long wait = settle();
    UploadJob head = jobs.peekFirst();
    for (UploadJob job : jobs) {
      if (job.isIdle() && job.staged == null && job.published == null) {
        CircuitBreaker.Permit permit = replica.retrier().breaker().tryAcquire();
        if (permit == null) {
          return Math.max(1, replica.retrier().breaker().waitNanos());
        }
        job.staging = calls.submit(told(permit, job::stage), this::wake);
      }
    }
    var ready = head == null ? null : head.staged;
    if (head != null && ready != null && head.isIdle() && head.published == null) {
      CircuitBreaker.Permit permit = replica.retrier().breaker().tryAcquire();
      if (permit == null) {
        return Math.max(1, replica.retrier().breaker().waitNanos());
      }
      head.publishing = calls.submit(told(permit, () -> head.publish(ready)), this::wake);
    }
    return wait;
  }

  private void shipped(long bytes) {
    confirmedNanos = replica.machine().time().nanoTime();
    unsettledNanos = unsettled == 0 ? confirmedNanos : unsettledNanos;
    unsettled++;
    unsettledBytes += bytes;
  }

  /// Has the queue note what was shipped, when it is time; returns when to look again.
  private long settle() {
    if (settling != null || unsettled == 0) {
      return Worker.UNTIL_WOKEN;
    }
    if (unsettled < SETTLE_LINKS && unsettledBytes < SETTLE_BYTES) {
      long now = replica.machine().time().nanoTime();
      long left = SETTLE_NANOS - (now - unsettledNanos);
      if (links.pendingLinks() == 0) {
        left = Math.min(left, QUIET_NANOS - (now - confirmedNanos));
      }
      if (left > 0) {
        return left;
      }
    }
    unsettled = 0;
    unsettledBytes = 0;
    settling =
        calls.submit(
            () -> {
              links.settle();
              return true;
            },
            this::wake);
    return Worker.UNTIL_WOKEN;
  }

  private long resume() {
    if (resuming == null && links.pendingLinks() > 0) {
      UploadResume resume = new UploadResume(replica, links, fence);
      resuming = calls.submit(resume::run, this::wake);
    }
    return Worker.UNTIL_WOKEN;
  }

  private void fill() {
    int known = jobs.size();
    if (known == parallel) {
      return;
    }
    links.pending(parallel).stream()
        .skip(known)
        .forEach(link -> jobs.add(new UploadJob(replica, links, fence, link)));
  }

  /// Tells the breaker how a call ended.
  private static <T> StoreCalls.Body<T> told(
      CircuitBreaker.Permit permit, StoreCalls.Body<T> body) {
    return () -> {
      try {
        T result = body.run();
        permit.succeeded();
        return result;
      } catch (ObjectStoreException e) {
        permit.failed(e);
        throw e;
      } catch (IOException | RuntimeException e) {
        permit.succeeded();
        throw e;
      }
    };
  }

  private void pause(IOException failure) {
    int failures = status.failuresInARow() + 1;
    RetryPolicy policy = replica.retrier().policy();
    boolean soon = failure instanceof ObjectStoreException e && e.isTransient();
    status = new Status(status.state(), failures, failure);
    pauseStartNanos = replica.machine().time().nanoTime();
    pauseNanos =
        Math.max(
            1,
            soon
                ? policy.delayNanos(failures, replica.machine().random())
                : policy.maxDelayMillis() * 1_000_000L);
    listener.failed(failure, failures);
  }

  private void stop(IOException reason) {
    status = new Status(State.STOPPED, status.failuresInARow(), reason);
    listener.stopped(reason);
    progress.advance();
  }

  /// Stops: calls under way are waited for by their lanes, what waits stays in the queue.
  /// Idempotent.
  @Override
  public void close() {
    Handle started = handle;
    if (started != null) {
      started.close();
    }
    links.onCommit(() -> {});
    jobs.stream().filter(UploadJob::isIdle).forEach(UploadJob::giveUp);
    progress.advance();
    progress.close();
  }
}
