// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Writes at a given rate by an absolute schedule: a slow commit delays nothing but itself, and
/// what was missed is made up for.
final class Writers {
  private static final int THREADS = 2;

  private Writers() {}

  /// Writes `perSecond` rows a second to each database for so long.
  static void pace(List<Application> applications, int perSecond, int seconds)
      throws InterruptedException, ExecutionException {
    int threads = Math.min(THREADS, applications.size());
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        List<Application> mine = new ArrayList<>();
        for (int i = thread; i < applications.size(); i += threads) {
          mine.add(applications.get(i));
        }
        all.add(pool.submit(() -> write(mine, perSecond, seconds)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private static Void write(List<Application> mine, int perSecond, int seconds)
      throws SQLException {
    long interval = TimeUnit.SECONDS.toNanos(1) / ((long) perSecond * mine.size());
    long start = System.nanoTime();
    long writes = (long) perSecond * mine.size() * seconds;
    for (long i = 0; i < writes; i++) {
      long wait = start + i * interval - System.nanoTime();
      if (wait > 50_000) {
        LockSupport.parkNanos(wait);
      }
      mine.get((int) (i % mine.size())).write();
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(seconds + 5L)) {
        // The machine does not keep up; what was written counts.
        return null;
      }
    }
    return null;
  }
}
