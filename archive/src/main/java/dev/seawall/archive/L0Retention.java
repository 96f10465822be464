// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which links of level 0 are not needed any more. Thread-safe.
///
/// A link may go when one merged link covers all of it, when both are older than the age asked for,
/// with all others that the merged one covers, and when it is not the newest: Litestream reads its
/// position from that one. The age is an hour at least, because a key that is free can be created
/// again by a writer that was paused meanwhile.
public final class L0Retention {
  /// The least age.
  public static final Duration LEAST_AGE = Duration.ofHours(1);

  private L0Retention() {}

  /// Returns what may be removed now.
  ///
  /// @param chain with the times at which the store took the links; one without a time stays
  /// @param now the store's time, as far as is known
  /// @throws IllegalArgumentException when `age` is below [#LEAST_AGE]
  public static List<Link> removable(Chain chain, Instant now, Duration age) {
    if (age.compareTo(LEAST_AGE) < 0) {
      throw new IllegalArgumentException("age of " + age + ", at least " + LEAST_AGE);
    }
    Instant limit = now.minus(age);
    List<Link> captured = chain.level(0);
    Set<Link> removable = new LinkedHashSet<>();
    for (Link merged : chain.links()) {
      if (merged.level() == 0 || !isOlder(merged, limit)) {
        continue;
      }
      // All of what it covers or nothing: a link that stays must be a restore point still.
      List<Link> covered =
          captured.stream()
              .filter(link -> link.first() >= merged.first() && link.last() <= merged.last())
              .toList();
      if (covered.stream().allMatch(link -> isOlder(link, limit))) {
        removable.addAll(covered);
      }
    }
    if (!captured.isEmpty()) {
      removable.remove(captured.getLast());
    }
    return captured.stream().filter(removable::contains).toList();
  }

  private static boolean isOlder(Link link, Instant limit) {
    Instant modified = link.modified();
    return modified != null && modified.isBefore(limit);
  }
}
