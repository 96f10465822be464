// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectInfo;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A snapshot or a WAL segment of a Litestream 0.3 replica.
///
/// @param object where it is
/// @param generation 16 hexadecimal digits
/// @param snapshot whether it is a snapshot
/// @param index of the WAL that it belongs to, or that follows the snapshot
/// @param position of the segment in its WAL, in bytes; 0 for a snapshot
record GenerationObject(
    ObjectInfo object, String generation, boolean snapshot, long index, long position) {
  private static final Pattern SNAPSHOT =
      Pattern.compile("([0-9a-f]{16})/snapshots/([0-9a-f]{8})\\.snapshot\\.lz4");
  // Positions beyond 4 GiB have more than eight digits.
  private static final Pattern SEGMENT =
      Pattern.compile("([0-9a-f]{16})/wal/([0-9a-f]{8})_([0-9a-f]{8,15})\\.wal\\.lz4");

  static Optional<GenerationObject> parse(ObjectInfo object, String prefix) {
    String rest = object.key().text().substring(prefix.length());
    Matcher snapshot = SNAPSHOT.matcher(rest);
    if (snapshot.matches()) {
      return Optional.of(
          new GenerationObject(
              object, snapshot.group(1), true, Long.parseLong(snapshot.group(2), 16), 0));
    }
    Matcher segment = SEGMENT.matcher(rest);
    if (!segment.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new GenerationObject(
            object,
            segment.group(1),
            false,
            Long.parseLong(segment.group(2), 16),
            Long.parseLong(segment.group(3), 16)));
  }
}
