// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.testkit.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Runs the crash matrix over any number of seeds: the program behind `testkit/simulate`.
final class Simulate {
  private static final String USAGE =
      """
      usage: testkit/simulate [options]
        --seeds N      how many seeds (2000)
        --from S       the first one (1)
        --dishonest    the device lies: flipped bits, lying syncs, lost and misdirected writes
        --rolling      large payloads: most runs roll, cut over segments and use files again
        --mapped       frames are stored into mappings of the segments, not written
        --jobs J       seeds at a time (2)
      Exit: 0 every seed passed - 1 a seed failed; the message has the line that replays it - 2 usage
      """;

  private final CrashProfile profile;
  private final long from;
  private final long seeds;
  private final AtomicLong next;
  private final AtomicLong done = new AtomicLong();
  private final AtomicReference<Failure> failure = new AtomicReference<>();

  private record Failure(long seed, Throwable cause) {}

  private Simulate(CrashProfile profile, long from, long seeds) {
    this.profile = profile;
    this.from = from;
    this.seeds = seeds;
    this.next = new AtomicLong(from);
  }

  public static void main(String[] args) throws InterruptedException {
    long seeds = 2000;
    long from = 1;
    int jobs = 2;
    boolean dishonest = false;
    boolean rolling = false;
    boolean mapped = false;
    try {
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--seeds" -> seeds = Long.decode(args[++i]);
          case "--from" -> from = Long.decode(args[++i]);
          case "--jobs" -> jobs = Integer.parseInt(args[++i]);
          case "--dishonest" -> dishonest = true;
          case "--rolling" -> rolling = true;
          case "--mapped" -> mapped = true;
          default -> throw new IllegalArgumentException(args[i]);
        }
      }
      if (seeds < 1 || jobs < 1) {
        throw new IllegalArgumentException("seeds and jobs start at 1");
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      System.err.print("simulate: " + e.getMessage() + "\n" + USAGE);
      System.exit(2);
    }
    CrashProfile profile = CrashProfile.of(mapped, rolling, dishonest);
    System.exit(new Simulate(profile, from, seeds).run(jobs) ? 0 : 1);
  }

  private boolean run(int jobs) throws InterruptedException {
    long started = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      threads.add(Thread.ofPlatform().daemon().start(this::work));
    }
    long told = started;
    for (Thread thread : threads) {
      while (!thread.join(java.time.Duration.ofSeconds(1))) {
        if (System.nanoTime() - told > 10_000_000_000L) {
          told = System.nanoTime();
          System.err.println("simulate: " + figures(started));
        }
      }
    }
    System.out.println(
        "%s: %d of %d seeds from %d, %d jobs: %s"
            .formatted(name(), done.get(), seeds, from, jobs, figures(started)));
    Failure failed = failure.get();
    if (failed == null) {
      return true;
    }
    System.out.println("VIOLATION at seed " + failed.seed + ": " + failed.cause.getMessage());
    System.out.println(
        "  replay: testkit/simulate " + profile.flags() + "--from " + failed.seed + " --seeds 1");
    return false;
  }

  private void work() {
    while (failure.get() == null) {
      long seed = next.getAndIncrement();
      if (seed >= from + seeds) {
        return;
      }
      try {
        Seed drawn = Seed.of(seed);
        profile.matrix().check(drawn, profile.plan(drawn));
        done.incrementAndGet();
      } catch (Exception | Error e) {
        failure.compareAndSet(null, new Failure(seed, e));
      }
    }
  }

  private String figures(long started) {
    double seconds = (System.nanoTime() - started) / 1e9;
    return "%.1f s, %.0f seeds/s, %.2f ms a seed"
        .formatted(seconds, done.get() / seconds, 1000 * seconds / Math.max(1, done.get()));
  }

  private String name() {
    return profile.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
