// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Asks SQLite about a database that nobody else has open.
@FunctionalInterface
public interface DatabaseCheck {
  /// Runs a check.
  ///
  /// @param database a file that nobody writes; not one byte beside it is made or changed
  /// @param full whether indexes are compared with their tables too
  /// @return what SQLite found fault with, at most 100 lines; empty when nothing
  /// @throws IOException when SQLite cannot read it as a database
  List<String> run(Path database, boolean full) throws IOException;
}
