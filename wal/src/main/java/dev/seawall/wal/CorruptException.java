// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Wrong bytes at or before what was durable. Never cut, never skipped: the operator decides
/// (`seawall wal verify`, `seawall wal salvage`).
public final class CorruptException extends WalException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Path file;
  private final long position;
  private final long lastIntactIndex;

  /// @param file the damaged or missing file
  /// @param position where the damage begins, in bytes from the start of the file
  /// @param lastIntactIndex the last record before the damage; 0 when there is none
  /// @param detail what was expected and found
  public CorruptException(Path file, long position, long lastIntactIndex, String detail) {
    super(
        Outcome.NONE,
        "segment "
            + file.getFileName()
            + ", position "
            + position
            + ": "
            + detail
            + "; records up to "
            + lastIntactIndex
            + " are intact. Run `seawall wal verify "
            + parent(file)
            + "`, then `seawall wal salvage "
            + parent(file)
            + " OUT`",
        null);
    this.file = file;
    this.position = position;
    this.lastIntactIndex = lastIntactIndex;
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  /// Returns the damaged or missing file; null only after deserialisation.
  public @Nullable Path file() {
    return file;
  }

  /// Returns where the damage begins, in bytes from the start of the file.
  public long position() {
    return position;
  }

  /// Returns the last record before the damage; 0 when there is none.
  public long lastIntactIndex() {
    return lastIntactIndex;
  }
}
