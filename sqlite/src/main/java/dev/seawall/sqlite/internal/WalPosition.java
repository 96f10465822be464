// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.ltx.LtxHeader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How far a database was captured: what must be known to go on after a restart. Immutable.
///
/// @param cursor where the last transaction ends in the WAL
/// @param commit length of the database in pages there
/// @param pageSize bytes a page
public record WalPosition(WalCursor cursor, long commit, int pageSize) {
  private static final Pattern TEXT =
      Pattern.compile(
          "([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})"
              + "-([0-9a-f]{8})");

  /// Returns the position as text: salts, position, running checksum, pages, page size.
  public String toText() {
    return "%08x-%08x-%016x-%08x-%08x-%08x-%08x"
        .formatted(
            cursor.salt1(),
            cursor.salt2(),
            cursor.position(),
            cursor.checksum1(),
            cursor.checksum2(),
            commit,
            pageSize);
  }

  /// Reads such a text; null when it is none.
  public static @Nullable WalPosition parse(@Nullable String text) {
    Matcher matcher = TEXT.matcher(text == null ? "" : text);
    if (!matcher.matches()) {
      return null;
    }
    int pageSize = Integer.parseUnsignedInt(matcher.group(7), 16);
    long position = Long.parseUnsignedLong(matcher.group(3), 16);
    if (!LtxHeader.isPageSize(pageSize) || position < 0) {
      return null;
    }
    WalCursor cursor =
        new WalCursor(
            Integer.parseUnsignedInt(matcher.group(1), 16),
            Integer.parseUnsignedInt(matcher.group(2), 16),
            position,
            Integer.parseUnsignedInt(matcher.group(4), 16),
            Integer.parseUnsignedInt(matcher.group(5), 16));
    return new WalPosition(cursor, Long.parseLong(matcher.group(6), 16), pageSize);
  }
}
