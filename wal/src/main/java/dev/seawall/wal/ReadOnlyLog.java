// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import dev.seawall.wal.internal.log.ReadOnlyView;
import dev.seawall.wal.internal.segment.SegmentFiles;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A log that is only read: no lock, not one byte changed, beside a running writer too.
/// Thread-safe; each reader is confined to one thread.
///
/// It sees what the files say: [Visibility#DURABLE] is everything up to the highest promise in
/// them, [Visibility#WRITTEN] all whole batches before the first bad byte; [Visibility#ACCEPTED] is
/// the same as written, because what a writer holds in memory cannot be seen from outside. A writer
/// that is busy makes promises late, by one group; an idle one has promised everything after
/// [WalOptions#idleMarkDelay].
public final class ReadOnlyLog implements AutoCloseable {
  private final ReadOnlyView view;
  private final @Nullable Machine owned;

  private ReadOnlyLog(ReadOnlyView view, @Nullable Machine owned) {
    this.view = view;
    this.owned = owned;
  }

  /// Opens the log in a directory with a machine of its own.
  ///
  /// @throws NotALogException when the path is missing, not a directory, or holds no log of the
  ///   prefix
  /// @throws FormatTooNewException when a newer version wrote it
  /// @throws StorageException when the disk fails
  public static ReadOnlyLog open(Path directory, WalOptions options)
      throws WalException, StorageException {
    Machine machine = SystemMachine.open(Backend.CHANNEL);
    boolean opened = false;
    try {
      ReadOnlyLog log =
          new ReadOnlyLog(view(directory.toAbsolutePath().normalize(), options, machine), machine);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        machine.scheduler().close();
      }
    }
  }

  /// Opens the log in a directory on a machine of the caller's, who closes that machine.
  public static ReadOnlyLog open(Path directory, WalOptions options, Machine machine)
      throws WalException, StorageException {
    return new ReadOnlyLog(view(directory, options, machine), null);
  }

  /// Returns the first record kept; one more than the last when the log is empty.
  public long firstIndex() {
    return view.segments().firstIndexKept();
  }

  /// Returns the last record that may be seen; `firstIndex() - 1` when there is none. As of the
  /// last [#refresh], or of a reader's wait.
  public long lastIndex(Visibility visibility) {
    return view.visible(visibility);
  }

  /// Opens a reader from an index on. [WalReader#next(java.time.Duration)] follows the tail;
  /// without waiting, call [#refresh] to see more.
  ///
  /// @throws IndexTruncatedException when the record was removed
  /// @throws IndexBeyondEndException when the log ends before the record in front of it
  public WalReader reader(long fromIndex, Visibility visibility) throws WalException {
    if (fromIndex < firstIndex()) {
      throw new IndexTruncatedException(fromIndex, firstIndex());
    }
    long last = lastIndex(Visibility.WRITTEN);
    if (fromIndex > last + 1) {
      throw new IndexBeyondEndException(fromIndex, last);
    }
    return new WalReader(view, visibility, fromIndex);
  }

  /// Returns what opening found: nothing was cut, removed or written, the epoch is 0.
  public RecoveryReport recovery() {
    return view.report();
  }

  /// Returns the damage that ends the log before what was promised; empty when its end is sound.
  /// Records in front of it can be read.
  public Optional<CorruptException> damage() {
    return Optional.ofNullable(view.damage());
  }

  /// Looks at the files again: what was appended, sealed, truncated since.
  public void refresh() throws WalException, StorageException {
    view.refresh();
  }

  /// Gives memory and open files back; idempotent.
  @Override
  public void close() {
    view.close();
    if (owned != null) {
      owned.scheduler().close();
    }
  }

  private static ReadOnlyView view(Path directory, WalOptions options, Machine machine)
      throws WalException, StorageException {
    return new ReadOnlyView(
        new SegmentFiles(
            machine.files(), directory, options.prefix(), options.codec().orElse(null)),
        options,
        machine);
  }
}
