// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.sqlite.internal.SqliteSource;
import java.io.IOException;

/// Opens the database that is replicated; a simulated one in tests.
@FunctionalInterface
interface SourceOpener {
  /// Opens it.
  ///
  /// @throws IOException when it is not there, or SQLite cannot open it
  SqliteSource open() throws IOException;
}
