// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.io.IOException;

/// Pages that take a database to one commit: what an increment or a snapshot holds.
///
/// Valid until the next call to the [WalCapture] that made it. It counts only after
/// [WalCapture#accept], which is called when the pages are safe elsewhere.
public interface Capture {
  /// Returns bytes a page.
  int pageSize();

  /// Returns the length of the database in pages.
  long commit();

  /// Returns whether it holds every page.
  boolean isSnapshot();

  /// Returns where it ends in the WAL; a position of 0 when there is no WAL.
  WalCursor end();

  /// Returns where it begins in the WAL; where it ends, for a snapshot.
  long walPosition();

  /// Hands over the next pages, ascending; lock page left out.
  ///
  /// @param most how many at most
  /// @return whether there are more
  boolean next(PageSink sink, long most) throws IOException;

  /// Returns whether what was handed over is right: false when the WAL changed meanwhile, then
  /// throw it away and look again.
  boolean isRight() throws IOException;

  /// Hands over all pages that [#next] has not handed over yet.
  ///
  /// @return [#isRight]
  default boolean writeTo(PageSink sink) throws IOException {
    while (next(sink, Long.MAX_VALUE)) {}
    return isRight();
  }
}
