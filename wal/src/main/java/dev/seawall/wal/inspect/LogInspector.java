// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.scan.LogPlan;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Shows the files of a log as they are, damaged or not. Takes no lock and changes no byte.
/// Thread-safe.
///
/// Of sealed segments it reads header, first frame and seal, of the newest one everything: it is
/// quick. [Verification] reads every byte.
public final class LogInspector implements AutoCloseable {
  private final SegmentFiles files;
  private final List<SegmentView> segments;
  private final Map<Path, FrameKey> keys;
  private final @Nullable Machine owned;

  private LogInspector(SegmentFiles files, ViewBuilder views, @Nullable Machine owned) {
    this.files = files;
    this.segments = views.views();
    this.keys = views.keys();
    this.owned = owned;
  }

  /// Looks at a directory with a machine of its own.
  ///
  /// @throws NotALogException when the path is missing, not a directory, or holds no log of the
  ///   prefix
  /// @throws StorageException when the directory cannot be read
  public static LogInspector open(Path directory, WalOptions options)
      throws WalException, StorageException {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    boolean opened = false;
    try {
      LogInspector inspector =
          open(directory.toAbsolutePath().normalize(), options, machine, machine);
      opened = true;
      return inspector;
    } finally {
      if (!opened) {
        machine.scheduler().close();
      }
    }
  }

  /// Looks at a directory on a machine of the caller's, who closes that machine.
  public static LogInspector open(Path directory, WalOptions options, Machine machine)
      throws WalException, StorageException {
    return open(directory, options, machine, null);
  }

  private static LogInspector open(
      Path directory, WalOptions options, Machine machine, @Nullable Machine owned)
      throws WalException, StorageException {
    SegmentFiles files =
        new SegmentFiles(
            machine.files(), directory, options.prefix(), options.codec().orElse(null));
    try (LogPlan plan = LogPlan.of(files)) {
      return new LogInspector(files, new ViewBuilder(plan).build(), owned);
    }
  }

  /// Returns the segment files as they were when this was opened, by segment number.
  public List<SegmentView> segments() {
    return segments;
  }

  /// Walks the frames of a segment.
  ///
  /// @throws StorageException when the file cannot be opened, or its header is damaged and no other
  ///   segment knows its salt
  public FrameWalk frames(SegmentView segment) throws StorageException {
    FrameKey key = keys.get(segment.file());
    if (key == null) {
      throw new StorageException(
          "walk",
          segment.file(),
          "its frames cannot be told from noise without the salt of its header, and no other"
              + " segment names it ("
              + segment.problem()
              + ")",
          null);
    }
    return new FrameWalk(files, segment.file(), segment.number(), key, segment.bytes());
  }

  /// Gives back what was opened; idempotent.
  @Override
  public void close() {
    if (owned != null) {
      owned.scheduler().close();
    }
  }
}
