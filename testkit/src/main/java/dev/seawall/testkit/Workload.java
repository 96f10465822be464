// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// What a run of [CrashMatrix] does: a list of steps, so that a failing one can be made shorter and
/// printed.
final class Workload {
  /// One thing done to the log, or to the machine under it.
  sealed interface Step {}

  /// Appends a batch; `id` makes its bytes unlike any other's.
  record Append(int id, List<Integer> sizes, int durability) implements Step {
    /// Returns the payloads of a batch: the same for the same seed and id.
    List<byte[]> payloads(long seed) {
      List<byte[]> payloads = new ArrayList<>();
      SplittableRandom random = new SplittableRandom(seed * 1_000_003 + id);
      for (int size : sizes) {
        byte[] payload = new byte[size];
        random.nextBytes(payload);
        // The first record of a batch always has room for its id.
        for (int i = 0; i < Math.min(4, size); i++) {
          payload[i] = (byte) (id >>> (8 * i));
        }
        payloads.add(payload);
      }
      return payloads;
    }
  }

  /// Makes everything accepted durable.
  record Sync() implements Step {}

  /// Lets workers run.
  record Run(int steps) implements Step {}

  /// Lets time pass.
  record Pass(long micros) implements Step {}

  /// Reads everything that is visible.
  record Read() implements Step {}

  /// Closes and opens.
  record Reopen() implements Step {}

  /// Drops the oldest records, up to the given share of the settled ones.
  record TruncatePrefix(int permille) implements Step {}

  /// Drops the newest records, behind the batch at the given share.
  record TruncateSuffix(int permille) implements Step {}

  /// Kills the process or the power now, or at one of the next operations of the disk; and again
  /// during the recovery that follows, each time after so many operations as `recoveries` says.
  record Crash(Death death, int delay, List<Integer> recoveries) implements Step {}

  private final RandomGenerator random;
  private final int durabilities;
  private final int maxPayloadBytes;
  private final int maxBatchRecords;
  private final boolean evenSizes;
  private int nextId = 1;

  private Workload(
      RandomGenerator random,
      int durabilities,
      int maxPayloadBytes,
      int maxBatchRecords,
      boolean evenSizes) {
    this.random = random;
    this.durabilities = durabilities;
    this.maxPayloadBytes = maxPayloadBytes;
    this.maxBatchRecords = maxBatchRecords;
    this.evenSizes = evenSizes;
  }

  static List<Step> draw(
      RandomGenerator random,
      int steps,
      int durabilities,
      int maxPayloadBytes,
      int maxBatchRecords,
      boolean evenSizes) {
    Workload workload =
        new Workload(random, durabilities, maxPayloadBytes, maxBatchRecords, evenSizes);
    List<Step> drawn = new ArrayList<>(steps);
    for (int i = 0; i < steps; i++) {
      drawn.add(workload.step());
    }
    return drawn;
  }

  private Step step() {
    int coin = random.nextInt(100);
    if (coin < 48) {
      return append();
    }
    if (coin < 54) {
      return new Sync();
    }
    if (coin < 66) {
      return new Run(1 + random.nextInt(6));
    }
    if (coin < 70) {
      return new Pass(1 + random.nextInt(random.nextInt(8) == 0 ? 2_000_000 : 20_000));
    }
    if (coin < 77) {
      return new Read();
    }
    if (coin < 81) {
      return new Reopen();
    }
    if (coin < 83) {
      return new TruncatePrefix(random.nextInt(1000));
    }
    if (coin < 86) {
      return new TruncateSuffix(500 + random.nextInt(500));
    }
    return crash();
  }

  private Append append() {
    int records = 1;
    if (maxBatchRecords > 1 && random.nextInt(3) == 0) {
      records += random.nextInt(1 + random.nextInt(maxBatchRecords));
      records = Math.min(records, maxBatchRecords);
    }
    List<Integer> sizes = new ArrayList<>(records);
    for (int i = 0; i < records; i++) {
      sizes.add(Math.max(i == 0 ? 8 : 0, size()));
    }
    return new Append(nextId++, List.copyOf(sizes), random.nextInt(durabilities));
  }

  /// Mostly small, sometimes about a block, rarely large; or any.
  private int size() {
    if (evenSizes) {
      return random.nextInt(maxPayloadBytes + 1);
    }
    int coin = random.nextInt(100);
    int limit = coin < 65 ? 64 : coin < 85 ? 1024 : coin < 97 ? 8192 : maxPayloadBytes;
    return random.nextInt(Math.min(limit, maxPayloadBytes) + 1);
  }

  private Crash crash() {
    List<Integer> recoveries = new ArrayList<>();
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      recoveries.add(1 + random.nextInt(1 + random.nextInt(40)));
    }
    int delay = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(12);
    return new Crash(
        random.nextInt(3) == 0 ? Death.KILL : Death.POWER, delay, List.copyOf(recoveries));
  }
}
