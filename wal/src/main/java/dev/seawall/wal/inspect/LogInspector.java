// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import java.nio.file.Path;
import java.util.List;

/// Shows the files of a log as they are, damaged or not. Takes no lock and changes no byte.
/// Thread-safe.
///
/// Of sealed segments it reads header, first frame and seal, of the newest one everything: it is
/// quick. [Verification] reads every byte.
@SuppressWarnings("DoNotCallSuggester")
public final class LogInspector implements AutoCloseable {
  private LogInspector() {}

  /// Looks at a directory with a machine of its own.
  ///
  /// @throws NotALogException when the path is missing, not a directory, or holds no log of the
  ///   prefix
  /// @throws StorageException when the directory cannot be read
  public static LogInspector open(Path directory, WalOptions options)
      throws WalException, StorageException {
    throw new UnsupportedOperationException();
  }

  /// Looks at a directory on a machine of the caller's, who closes that machine.
  public static LogInspector open(Path directory, WalOptions options, Machine machine)
      throws WalException, StorageException {
    throw new UnsupportedOperationException();
  }

  /// Returns the segment files as they were when this was opened, by segment number.
  public List<SegmentView> segments() {
    throw new UnsupportedOperationException();
  }

  /// Walks the frames of a segment.
  ///
  /// @throws StorageException when the file cannot be opened
  public FrameWalk frames(SegmentView segment) throws StorageException {
    throw new UnsupportedOperationException();
  }

  /// Gives back what was opened; idempotent.
  @Override
  public void close() {}
}
