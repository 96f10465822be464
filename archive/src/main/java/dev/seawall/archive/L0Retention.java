// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Which links of level 0 are not needed any more. Thread-safe.
///
/// A link may go when one merged link covers all of it, when both are older than the age asked for,
/// and when it is not the newest: Litestream reads its position from that one. The age is an hour
/// at least, because a key that is free can be created again by a writer that was paused meanwhile.
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
    List<Link> removable = new ArrayList<>();
    for (Link link : captured.subList(0, Math.max(0, captured.size() - 1))) {
      if (isOlder(link, limit)
          && chain.links().stream()
              .anyMatch(other ->
                  other.level() > 0
                      && other.first() <= link.first()
                      && other.last() >= link.last()
                      && isOlder(other, limit))) {
        removable.add(link);
      }
    }
    return removable;
  }

  private static boolean isOlder(Link link, Instant limit) {
    Instant modified = link.modified();
    return modified != null && modified.isBefore(limit);
  }
}
