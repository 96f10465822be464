// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One link of a replica, as its name tells: an immutable object that covers `first..last`.
///
/// @param level 0 for links as they were captured, higher for merged ones; 9 for snapshots
/// @param first first number covered, at least 1
/// @param last last number covered
/// @param bytes length of the stored object
/// @param key its name
/// @param modified when the store took it; null where a listing does not tell
public record Link(
    int level, long first, long last, long bytes, ObjectKey key, @Nullable Instant modified) {

  /// Checks the range and the level.
  public Link {
    if (first < 1 || last < first) {
      throw new IllegalArgumentException("link covers " + first + ".." + last);
    }
    if (level < 0 || level > LinkLayout.MAX_LEVEL) {
      throw new IllegalArgumentException("level " + level);
    }
  }

  /// Returns the range as text: `42..50`.
  public String range() {
    return first + ".." + last;
  }
}
