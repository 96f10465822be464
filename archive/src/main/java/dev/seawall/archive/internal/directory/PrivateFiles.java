// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.directory;

import dev.seawall.archive.internal.FileBytes;
import dev.seawall.io.AtomicFile;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileSystem;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.WaitWord;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The directory `.seawall` beside the objects of one directory. Thread-safe; changes are made
/// under [#lock].
public final class PrivateFiles {
  /// Its name.
  public static final String NAME = ".seawall";

  private static final String PART = ".part";
  private static final String SIDECAR = ".meta";
  private static final int SMALL_BYTES = 64 * 1024;
  private static final int LOOKS = 3;
  private static final long PART_KEPT_MILLIS = 86_400_000L;
  private static final long LOCK_PAUSE_NANOS = 2_000_000L;
  private static final long LOCK_PATIENCE_NANOS = 10_000_000_000L;

  private final Machine machine;
  private final FileSystem files;
  private final Path directory;
  private final Path home;
  private boolean swept;

  /// Makes the view of one directory; touches nothing.
  public PrivateFiles(Machine machine, Path directory) {
    this.machine = machine;
    this.files = machine.files();
    this.directory = directory;
    this.home = directory.resolve(NAME);
  }

  /// Makes sure that the directory exists.
  public void create() throws StorageException {
    files.createDirectories(home);
  }

  /// Returns a new name for content that is being staged.
  public Path newPart() {
    return home.resolve(
        "%016x-%016x%s".formatted(machine.time().wallMillis(), machine.random().nextLong(), PART));
  }

  /// Takes the lock under which objects of the directory change, waiting for its holder.
  ///
  /// @throws LockHeldException when somebody keeps it for long
  public DirectoryLock lock() throws StorageException {
    long start = machine.time().nanoTime();
    while (true) {
      try {
        DirectoryLock lock = files.lock(home);
        sweep();
        return lock;
      } catch (LockHeldException e) {
        if (machine.time().nanoTime() - start > LOCK_PATIENCE_NANOS) {
          throw e;
        }
        pause();
      }
    }
  }

  private void pause() throws StorageException {
    try (WaitWord word = machine.scheduler().newWaitWord()) {
      word.await(word.value(), 1 + machine.random().nextLong(LOCK_PAUSE_NANOS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("lock", home, "interrupted while waiting for its holder", e);
    }
  }

  /// Removes content that was staged a day ago by whoever died then.
  private void sweep() throws StorageException {
    if (swept) {
      return;
    }
    long now = machine.time().wallMillis();
    for (String name : files.list(home)) {
      if (name.endsWith(PART) && name.length() == 33 + PART.length()) {
        long begun = Long.parseUnsignedLong(name, 0, 16, 16);
        if (Math.abs(now - begun) > PART_KEPT_MILLIS) {
          files.delete(home.resolve(name));
        }
      }
    }
    swept = true;
  }

  /// Returns the sidecar of an object; one without records when there is none, or none that can be
  /// read.
  ///
  /// @throws StorageException when it is of a newer version: metadata must not be lost in silence
  public Sidecar sidecar(String name) throws StorageException {
    Path path = home.resolve(name + SIDECAR);
    if (!files.status(path).isFile()) {
      return Sidecar.of(List.of());
    }
    MemorySegment bytes = AtomicFile.read(files, path, Sidecar.MAX_BYTES);
    try {
      return Sidecar.decode(bytes.toArray(ValueLayout.JAVA_BYTE));
    } catch (Sidecar.Unreadable e) {
      throw new StorageException(
          "read sidecar",
          path,
          e.getMessage()
              + "; the object beside it is not touched; remove the sidecar to treat"
              + " the object as written by another program",
          e);
    }
  }

  /// Replaces the sidecar of an object; durable when it returns.
  public void write(String name, Sidecar sidecar) throws StorageException {
    AtomicFile.write(files, home.resolve(name + SIDECAR), MemorySegment.ofArray(sidecar.encode()));
  }

  /// Removes the sidecar of an object that is gone; not durable, not needed to be.
  public void delete(String name) throws StorageException {
    Path path = home.resolve(name + SIDECAR);
    if (files.status(path).isFile()) {
      files.delete(path);
    }
  }

  /// What was found under a name, and its content.
  ///
  /// @param info metadata and version included
  /// @param entry its record; null when another program wrote it
  /// @param content open, at the beginning
  public record Found(ObjectInfo info, Sidecar.@Nullable Entry entry, FileBytes content) {}

  /// Opens an object and finds the record that describes it.
  ///
  /// @return null when there is no such file
  public @Nullable Found open(ObjectKey key) throws IOException {
    String name = key.lastSegment();
    Path path = directory.resolve(name);
    for (int look = 1; ; look++) {
      if (!files.status(path).isFile()) {
        return null;
      }
      FileBytes content;
      try {
        content = FileBytes.open(files, path);
      } catch (StorageException e) {
        if (files.status(path).isMissing()) {
          return null;
        }
        throw e;
      }
      try {
        Found found = describe(key, content, look == LOOKS);
        if (found != null) {
          return found;
        }
        content.close();
      } catch (IOException | RuntimeException | Error e) {
        content.close();
        throw e;
      }
    }
  }

  /// Returns null when the file and its sidecar do not belong together: somebody has just replaced
  /// them.
  private @Nullable Found describe(ObjectKey key, FileBytes content, boolean last)
      throws IOException {
    long bytes = content.size();
    Sidecar sidecar = sidecar(key.lastSegment());
    List<Sidecar.Entry> candidates = sidecar.ofLength(bytes);
    Sidecar.Entry entry = null;
    String hash = null;
    if (bytes <= SMALL_BYTES || candidates.size() > 1) {
      hash = content.hash();
      entry = sidecar.ofHash(bytes, hash);
      content.range(0, Long.MAX_VALUE);
    } else if (!candidates.isEmpty()) {
      entry = candidates.getFirst();
    }
    if (entry == null && !sidecar.entries().isEmpty() && !last) {
      return null;
    }
    if (entry != null) {
      Instant modified = Instant.ofEpochMilli(entry.modifiedMillis());
      return new Found(
          new ObjectInfo(key, bytes, entry.version(), modified, entry.metadata()), entry, content);
    }
    String version = hash == null ? "bytes-" + bytes : "hash-" + hash;
    return new Found(new ObjectInfo(key, bytes, version, null, Map.of()), null, content);
  }
}
