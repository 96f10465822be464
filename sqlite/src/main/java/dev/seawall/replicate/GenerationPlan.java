// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Link;
import dev.seawall.replicate.RestoreException.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Chooses the objects of a restore from a Litestream 0.3 replica. Immutable.
///
/// @param snapshot the base
/// @param segments of the WALs from the snapshot's index on, in order, without a missing index
record GenerationPlan(GenerationObject snapshot, List<GenerationObject> segments) {

  GenerationPlan {
    segments = List.copyOf(segments);
  }

  /// Returns whether the newest object of a replica with both formats is one of 0.3.
  static boolean isNewer(ReplicaListing listing) {
    Instant generations = Instant.MIN;
    for (GenerationObject one : listing.generations()) {
      generations = later(generations, one.object().modified());
    }
    Instant files = Instant.MIN;
    for (Link file : listing.files()) {
      files = later(files, file.modified());
    }
    return generations.isAfter(files);
  }

  private static Instant later(Instant one, @Nullable Instant other) {
    return other != null && other.isAfter(one) ? other : one;
  }

  /// Chooses.
  ///
  /// @param all not empty
  /// @throws RestoreException when there is no snapshot in time, when two generations are equally
  ///   new, when an index is missing, or when a transaction is asked for
  static GenerationPlan choose(List<GenerationObject> all, RestoreOptions options)
      throws RestoreException {
    Instant limit =
        switch (options.target()) {
          case RestoreTarget.Latest _ -> Instant.MAX;
          case RestoreTarget.Time(Instant instant) -> instant;
          case RestoreTarget.Txid _ ->
              throw new RestoreException(
                  Reason.NOT_REACHED,
                  "a replica of Litestream 0.3 has no transaction ids; ask for a time",
                  null);
        };
    List<GenerationObject> candidates =
        all.stream()
            .filter(one ->
                options.generation() == null || one.generation().equals(options.generation()))
            .filter(one -> !modified(one).isAfter(limit))
            .toList();
    if (!limit.equals(Instant.MAX)
        && all.stream().anyMatch(one -> one.object().modified() == null)) {
      throw new RestoreException(
          Reason.NOT_REACHED,
          "the store does not tell when objects were written, and a replica of Litestream 0.3"
              + " tells it nowhere else; restore the latest state",
          null);
    }
    GenerationObject snapshot = newestSnapshot(candidates);
    List<GenerationObject> segments =
        candidates.stream()
            .filter(one -> !one.snapshot() && one.generation().equals(snapshot.generation()))
            .filter(one -> one.index() >= snapshot.index())
            .sorted(
                Comparator.comparingLong(GenerationObject::index)
                    .thenComparingLong(GenerationObject::position))
            .toList();
    requireNoGap(snapshot, segments);
    return new GenerationPlan(snapshot, segments);
  }

  private static Instant modified(GenerationObject one) {
    Instant modified = one.object().modified();
    return modified == null ? Instant.EPOCH : modified;
  }

  private static GenerationObject newestSnapshot(List<GenerationObject> candidates)
      throws RestoreException {
    List<GenerationObject> snapshots = new ArrayList<>();
    candidates.stream().filter(GenerationObject::snapshot).forEach(snapshots::add);
    if (snapshots.isEmpty()) {
      throw new RestoreException(
          Reason.NOT_REACHED, "there is no snapshot of a generation that old", null);
    }
    snapshots.sort(
        Comparator.comparing(GenerationPlan::modified).thenComparingLong(GenerationObject::index));
    GenerationObject newest = snapshots.getLast();
    for (GenerationObject other : snapshots) {
      if (!other.generation().equals(newest.generation())
          && modified(other).equals(modified(newest))) {
        throw new RestoreException(
            Reason.NOT_REACHED,
            "the generations "
                + other.generation()
                + " and "
                + newest.generation()
                + " are equally new as far as the store tells; name the one to restore",
            null);
      }
    }
    return newest;
  }

  private static void requireNoGap(GenerationObject snapshot, List<GenerationObject> segments)
      throws RestoreException {
    GenerationObject before = snapshot;
    for (GenerationObject segment : segments) {
      boolean next = segment.index() == before.index() + (before.snapshot() ? 0 : 1);
      boolean begins = segment.position() == 0;
      boolean sameIndex = !before.snapshot() && segment.index() == before.index();
      if (!(sameIndex && !begins) && !(next && begins)) {
        throw new RestoreException(
            Reason.GAP,
            "WAL segments are missing between "
                + before.object().key()
                + " and "
                + segment.object().key(),
            null);
      }
      before = segment;
    }
  }

  /// Returns every object in the order of its use.
  List<GenerationObject> objects() {
    List<GenerationObject> objects = new ArrayList<>();
    objects.add(snapshot);
    objects.addAll(segments);
    return objects;
  }
}
