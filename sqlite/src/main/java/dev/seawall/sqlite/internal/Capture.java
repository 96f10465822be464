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

  /// Hands over the pages, ascending; lock page left out.
  ///
  /// @return false when the WAL changed meanwhile: throw away what was handed over and look again
  boolean writeTo(PageSink sink) throws IOException;
}
