// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.io.Machine;
import dev.seawall.io.Scheduler;
import dev.seawall.io.WaitWord;
import dev.seawall.io.Worker;
import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fetches parts of objects with a bounded number of requests at a time. Parts are asked for and
/// awaited by one thread; workers of the machine fetch them in the order of asking.
final class Fetchers implements AutoCloseable {
  private final Machine machine;
  private final ObjectStore store;
  private final RetryPolicy retry;
  private final WaitWord finished;
  private final List<Scheduler.Handle> handles = new ArrayList<>();
  private final ArrayDeque<Part> queue = new ArrayDeque<>();

  /// @param requests how many at a time
  Fetchers(Machine machine, ObjectStore store, RetryPolicy retry, int requests) {
    this.machine = machine;
    this.store = store;
    this.retry = retry;
    this.finished = machine.scheduler().newWaitWord();
    for (int i = 1; i <= requests; i++) {
      handles.add(
          machine
              .scheduler()
              .start("seawall-fetch-" + i, Scheduler.Placement.DEDICATED, new Fetcher()));
    }
  }

  /// A part of an object, asked for.
  static final class Part {
    final ObjectKey key;
    final long position;
    final int length;
    final @Nullable String version;
    private volatile byte @Nullable [] bytes;
    private volatile @Nullable String foundVersion;
    private volatile Map<String, String> metadata = Map.of();
    private volatile @Nullable IOException failure;

    private Part(ObjectKey key, long position, int length, @Nullable String version) {
      this.key = key;
      this.position = position;
      this.length = length;
      this.version = version;
    }

    /// Returns the version that the bytes are of; null before they came, or when the store has
    /// none.
    @Nullable String foundVersion() {
      return foundVersion;
    }

    /// Returns the object's metadata; empty before the bytes came.
    Map<String, String> metadata() {
      return metadata;
    }

    private boolean isDone() {
      return bytes != null || failure != null;
    }
  }

  /// Asks for a part.
  ///
  /// @param length at most what the object has from `position` on
  /// @param version what the object must be; null for whatever it is
  Part request(ObjectKey key, long position, int length, @Nullable String version) {
    Part part = new Part(key, position, length, version);
    synchronized (queue) {
      queue.add(part);
    }
    for (Scheduler.Handle handle : handles) {
      handle.wake();
    }
    return part;
  }

  /// Waits for a part; the bytes are the caller's.
  ///
  /// @throws IOException what the last attempt failed with
  byte[] await(Part part) throws IOException {
    while (true) {
      int seen = finished.value();
      IOException failure = part.failure;
      byte[] bytes = part.bytes;
      if (failure != null) {
        throw failure;
      }
      if (bytes != null) {
        return bytes;
      }
      try {
        finished.await(seen, Long.MAX_VALUE);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while " + part.key + " was fetched");
      }
    }
  }

  private @Nullable Part take() {
    synchronized (queue) {
      return queue.poll();
    }
  }

  @Override
  public void close() {
    synchronized (queue) {
      queue.clear();
    }
    for (Scheduler.Handle handle : handles) {
      handle.close();
    }
    finished.close();
  }

  /// One request at a time; between two attempts at a part it sleeps.
  private final class Fetcher implements Worker {
    private @Nullable Part current;
    private int failures;

    @Override
    public long step() {
      Part part = current;
      if (part == null) {
        part = take();
        failures = 0;
      }
      if (part == null) {
        return UNTIL_WOKEN;
      }
      current = part;
      try {
        fetch(part);
      } catch (ObjectStoreException e) {
        failures++;
        if (retry.triesAgain(e, failures)) {
          return retry.delayNanos(failures, machine.random());
        }
        part.failure = e;
      } catch (IOException e) {
        part.failure = e;
      } catch (RuntimeException e) {
        // The scheduler stops this worker; who waits must not wait for ever.
        part.failure = new IOException("fetching " + part.key + " failed", e);
        finished.advance();
        throw e;
      }
      assert part.isDone();
      current = null;
      finished.advance();
      return 0;
    }

    private void fetch(Part part) throws IOException {
      try (ObjectBody body = store.get(part.key, part.position, part.length, part.version)) {
        byte[] bytes = new byte[part.length];
        int read = body.stream().readNBytes(bytes, 0, bytes.length);
        part.foundVersion = body.info().version();
        part.metadata = body.info().metadata();
        part.bytes = read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
      }
    }
  }
}
