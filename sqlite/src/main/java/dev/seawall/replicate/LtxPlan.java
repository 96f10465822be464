// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.replicate.RestoreException.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Chooses the LTX files of a restore; the rules are in the package documentation. Immutable.
///
/// @param files in the order in which they apply; not empty
/// @param time of the last file; null unless times were given
/// @param nextTime of the earliest file that would lead farther; null unless times were given
record LtxPlan(List<ReplicaFile> files, @Nullable Instant time, @Nullable Instant nextTime) {
  // An LTX file has a header of 100 bytes; what is shorter is none.
  private static final long LEAST_BYTES = 100;

  // Of the files that go on, the one that reaches farthest; then the one with the smaller first
  // transaction, of the higher level, the older one.
  private static final Comparator<ReplicaFile> FARTHEST =
      Comparator.<ReplicaFile>comparingLong(file -> file.name().maxTxid())
          .thenComparing(Comparator.comparingLong(LtxPlan::minTxid).reversed())
          .thenComparingInt(ReplicaFile::level)
          .thenComparing(
              ReplicaFile::modified,
              Comparator.nullsFirst(Comparator.<Instant>naturalOrder().reversed()));

  LtxPlan {
    files = List.copyOf(files);
  }

  /// Returns the transaction the plan ends behind.
  long txid() {
    return files.getLast().name().maxTxid();
  }

  /// Chooses.
  ///
  /// @param all what the replica holds; not empty
  /// @param times of every file if the target is a time
  /// @throws RestoreException when there is a gap, or the target cannot be reached
  static LtxPlan choose(
      List<ReplicaFile> all, RestoreTarget target, Map<ReplicaFile, Instant> times)
      throws RestoreException {
    for (ReplicaFile file : all) {
      if (file.bytes() < LEAST_BYTES) {
        throw new RestoreException(
            Reason.DAMAGED,
            file.key() + " has " + file.bytes() + " bytes, fewer than a header of 100",
            null);
      }
    }
    List<ReplicaFile> chosen = new ArrayList<>();
    long reached = 0;
    ReplicaFile snapshot = newestSnapshot(all, target, times);
    if (snapshot != null) {
      chosen.add(snapshot);
      reached = snapshot.name().maxTxid();
    }
    List<ReplicaFile> byFirst =
        all.stream()
            .filter(file -> file.level() < ReplicaFile.SNAPSHOT_LEVEL)
            .filter(file -> isWithin(file, target, times))
            .sorted(Comparator.comparingLong(file -> file.name().minTxid()))
            .toList();
    int seen = 0;
    ReplicaFile farthest = null;
    while (true) {
      for (; seen < byFirst.size() && goesOn(byFirst.get(seen), reached); seen++) {
        ReplicaFile file = byFirst.get(seen);
        if (farthest == null || FARTHEST.compare(file, farthest) > 0) {
          farthest = file;
        }
      }
      if (farthest == null || farthest.name().maxTxid() <= reached) {
        break;
      }
      chosen.add(farthest);
      reached = farthest.name().maxTxid();
    }
    requireReached(all, target, times, reached, chosen);
    return new LtxPlan(chosen, times.get(chosen.getLast()), nextTime(all, times, reached));
  }

  private static long minTxid(ReplicaFile file) {
    return file.name().minTxid();
  }

  private static boolean goesOn(ReplicaFile file, long reached) {
    return file.name().minTxid() <= reached + 1;
  }

  private static boolean isWithin(
      ReplicaFile file, RestoreTarget target, Map<ReplicaFile, Instant> times) {
    return switch (target) {
      case RestoreTarget.Latest _ -> true;
      case RestoreTarget.Txid(long txid) -> file.name().maxTxid() <= txid;
      case RestoreTarget.Time(Instant instant) -> !timeOf(file, times).isAfter(instant);
    };
  }

  private static Instant timeOf(ReplicaFile file, Map<ReplicaFile, Instant> times) {
    Instant time = times.get(file);
    if (time == null) {
      throw new IllegalArgumentException("no time for " + file.key());
    }
    return time;
  }

  private static @Nullable ReplicaFile newestSnapshot(
      List<ReplicaFile> all, RestoreTarget target, Map<ReplicaFile, Instant> times) {
    return all.stream()
        .filter(file -> file.level() == ReplicaFile.SNAPSHOT_LEVEL && file.name().minTxid() == 1)
        .filter(file -> isWithin(file, target, times))
        .max(Comparator.comparing(ReplicaFile::name))
        .orElse(null);
  }

  private static void requireReached(
      List<ReplicaFile> all,
      RestoreTarget target,
      Map<ReplicaFile, Instant> times,
      long reached,
      List<ReplicaFile> chosen)
      throws RestoreException {
    if (target instanceof RestoreTarget.Txid(long txid) && reached == txid) {
      return;
    }
    requireNoGap(all, reached, chosen);
    String far = reached == 0 ? "nothing" : "transaction " + reached;
    switch (target) {
      case RestoreTarget.Latest _ -> {
        if (reached == 0) {
          throw new RestoreException(Reason.NOT_REACHED, "no file begins with transaction 1", null);
        }
      }
      case RestoreTarget.Txid(long txid) ->
          throw new RestoreException(
              Reason.NOT_REACHED,
              "transaction "
                  + txid
                  + " cannot be restored: the files that end at or before it reach "
                  + far
                  + next(all, reached),
              null);
      case RestoreTarget.Time(Instant instant) -> {
        if (reached == 0) {
          Instant first = times.values().stream().min(Comparator.naturalOrder()).orElse(null);
          throw new RestoreException(
              Reason.NOT_REACHED,
              "nothing had been shipped at " + instant + "; the replica begins at " + first,
              null);
        }
      }
    }
  }

  private static String next(List<ReplicaFile> all, long reached) {
    return all.stream()
        .filter(file -> goesOn(file, reached) && file.name().maxTxid() > reached)
        .min(Comparator.comparingLong(file -> file.name().maxTxid()))
        .map(file -> "; the next that can be is " + file.name().maxTxid())
        .orElse("");
  }

  // A file that goes on but is too new for the target is no gap. Nothing that goes on, and
  // something beyond, is one.
  private static void requireNoGap(List<ReplicaFile> all, long reached, List<ReplicaFile> chosen)
      throws RestoreException {
    boolean someGoesOn =
        all.stream().anyMatch(file -> goesOn(file, reached) && file.name().maxTxid() > reached);
    ReplicaFile beyond =
        all.stream()
            .filter(file -> !goesOn(file, reached))
            .min(Comparator.comparing(ReplicaFile::name))
            .orElse(null);
    if (someGoesOn || beyond == null) {
      return;
    }
    String before =
        chosen.isEmpty() ? "the beginning" : chosen.getLast().key() + " ends with " + reached;
    throw new RestoreException(
        Reason.GAP,
        "transactions "
            + (reached + 1)
            + "…"
            + (beyond.name().minTxid() - 1)
            + " are missing: "
            + before
            + ", "
            + beyond.key()
            + " begins with "
            + beyond.name().minTxid()
            + "; `--txid "
            + reached
            + "` restores what is before the gap",
        null);
  }

  private static @Nullable Instant nextTime(
      List<ReplicaFile> all, Map<ReplicaFile, Instant> times, long reached) {
    return all.stream()
        .filter(file -> goesOn(file, reached) && file.name().maxTxid() > reached)
        .filter(times::containsKey)
        .map(file -> timeOf(file, times))
        .min(Comparator.naturalOrder())
        .orElse(null);
  }
}
