// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.store;

import dev.seawall.archive.internal.directory.DirectoryWalk;
import dev.seawall.archive.internal.directory.PrivateFiles;
import dev.seawall.archive.internal.directory.PrivateFiles.Found;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.StagedPut;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A directory as an object store; every object is a file of the same bytes. Thread-safe.
///
/// Several stores, in one process or in several, may share a directory: conditions are decided
/// under a lock. What is put is durable on return. Format and crash cases are in the package
/// documentation. Files are created with mode 0600, directories with 0700.
public final class DirectoryObjectStore implements ObjectStore {
  private static final int MAX_SEGMENT_BYTES = 240;

  private final Machine machine;
  private final FileSystem files;
  private final Path root;
  private final Map<Path, PrivateFiles> directories = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private DirectoryObjectStore(Machine machine, Path root) {
    this.machine = machine;
    this.files = machine.files();
    this.root = root;
  }

  /// Opens the store in an existing directory.
  ///
  /// @throws ObjectStoreException of kind STORE_NOT_FOUND when there is none: it is never made by
  ///   accident, since an unmounted disk looks the same
  public static DirectoryObjectStore open(Machine machine, Path root) throws ObjectStoreException {
    DirectoryObjectStore store = new DirectoryObjectStore(machine, root);
    store.requireRoot("open");
    return store;
  }

  /// Opens the store and makes its directory if it is missing.
  public static DirectoryObjectStore create(Machine machine, Path root)
      throws ObjectStoreException {
    DirectoryObjectStore store = new DirectoryObjectStore(machine, root);
    try {
      machine.files().createDirectories(root);
    } catch (StorageException e) {
      throw store.failed("create", root.toString(), Effect.NOT_DONE, e);
    }
    store.requireRoot("create");
    return store;
  }

  @Override
  public String describe() {
    return "file://" + root;
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    requireOpen("put", key.text());
    Map<String, String> normal = ObjectMetadata.normalised(metadata);
    Path path = path("put", key);
    requireRoot("put");
    PrivateFiles home = home(path);
    try {
      home.create();
      return PartFile.write(this, machine, home, key, path, content, normal);
    } catch (StorageException e) {
      throw failed("put", key.text(), Effect.NOT_DONE, e);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException(
          "put",
          key.text(),
          Kind.INVALID,
          Effect.NOT_DONE,
          "its content cannot be read: " + e.getMessage(),
          e);
    }
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    try (Opened opened = find("head", key)) {
      if (opened.found() == null) {
        return null;
      }
      // Whoever put it may have died before its name was durable, and the caller counts on it now.
      files.syncDirectory(parent(path("head", key)));
      return opened.found().info();
    } catch (StorageException e) {
      throw failed("head", key.text(), Effect.NOT_DONE, e);
    }
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException("position " + position + ", length " + length);
    }
    Found found = find("get", key).found();
    if (found == null) {
      throw new ObjectStoreException(
          "get", key.text(), Kind.NOT_FOUND, Effect.NOT_DONE, "no such file below " + root, null);
    }
    ObjectInfo info = found.info();
    if (version != null && !version.equals(info.version())) {
      found.content().close();
      throw new ObjectStoreException(
          "get",
          key.text(),
          Kind.PRECONDITION_FAILED,
          Effect.NOT_DONE,
          "expected version " + version + ", found " + info.version(),
          null);
    }
    long from = Math.min(position, info.bytes());
    long count = Math.min(length, info.bytes() - from);
    try {
      return new ObjectBody(info, from, count, found.content().range(from, count));
    } catch (StorageException e) {
      found.content().close();
      throw failed("get", key.text(), Effect.NOT_DONE, e);
    }
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    if (limit < 1 || limit > MAX_LISTED) {
      throw new IllegalArgumentException("limit " + limit + ", expected 1 to " + MAX_LISTED);
    }
    requireOpen("list", prefix);
    requireRoot("list");
    try {
      return DirectoryWalk.list(files, root, prefix, after, limit);
    } catch (StorageException e) {
      throw failed("list", prefix, Effect.NOT_DONE, e);
    }
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    for (ObjectKey key : keys) {
      delete(key, null);
    }
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    delete(key, version);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void delete(ObjectKey key, @Nullable String version) throws ObjectStoreException {
    requireOpen("delete", key.text());
    Path path = path("delete", key);
    requireRoot("delete");
    PrivateFiles home = home(path);
    Effect effect = Effect.NOT_DONE;
    try {
      if (!files.status(path).isFile()) {
        if (version != null) {
          throw new ObjectStoreException(
              "delete", key.text(), Kind.NOT_FOUND, Effect.NOT_DONE, "no such file", null);
        }
        // Whoever deleted it may have died before that was durable.
        if (files.status(parent(path)).kind() == FileStatus.Kind.DIRECTORY) {
          files.syncDirectory(parent(path));
        }
        return;
      }
      home.create();
      // One change at a time in this process, without asking the disk who holds the lock.
      synchronized (home) {
        try (DirectoryLock _ = home.lock();
            Opened opened = find("delete", key)) {
          if (version != null) {
            requireVersion(key, version, opened.found());
          }
          if (opened.found() == null) {
            return;
          }
          effect = Effect.UNKNOWN;
          files.delete(path);
          files.syncDirectory(parent(path));
          home.delete(key.lastSegment());
        }
      }
    } catch (StorageException e) {
      throw failed("delete", key.text(), effect, e);
    }
  }

  private static void requireVersion(ObjectKey key, String version, @Nullable Found found)
      throws ObjectStoreException {
    if (found == null || !version.equals(found.info().version())) {
      throw new ObjectStoreException(
          "delete",
          key.text(),
          found == null ? Kind.NOT_FOUND : Kind.PRECONDITION_FAILED,
          Effect.NOT_DONE,
          found == null ? "no such file" : "another version stands there",
          null);
    }
  }

  /// A look at an object, closed with it.
  private record Opened(@Nullable Found found) implements AutoCloseable {
    @Override
    public void close() {
      if (found != null) {
        found.content().close();
      }
    }
  }

  private Opened find(String operation, ObjectKey key) throws ObjectStoreException {
    requireOpen(operation, key.text());
    Path path = path(operation, key);
    try {
      Found found = home(path).open(key);
      if (found == null) {
        requireRoot(operation);
      }
      return new Opened(found);
    } catch (IOException e) {
      throw failed(operation, key.text(), Effect.NOT_DONE, e);
    }
  }

  // ---- for part files

  FileSystem files() {
    return files;
  }

  void requireOpen(String operation, String subject) throws ObjectStoreException {
    if (closed) {
      throw new ObjectStoreException(
          operation, subject, Kind.CLOSED, Effect.NOT_DONE, "this store was closed", null);
    }
  }

  ObjectStoreException failed(String operation, String subject, Effect effect, IOException e) {
    return new ObjectStoreException(
        operation, subject, StorageFailures.kind(e), effect, e.getMessage() + "", e);
  }

  static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " has no directory");
    }
    return parent;
  }

  private PrivateFiles home(Path path) {
    return directories.computeIfAbsent(
        parent(path), directory -> new PrivateFiles(machine, directory));
  }

  private void requireRoot(String operation) throws ObjectStoreException {
    try {
      if (files.status(root).kind() == FileStatus.Kind.DIRECTORY) {
        return;
      }
    } catch (StorageException e) {
      throw failed(operation, root.toString(), Effect.NOT_DONE, e);
    }
    throw new ObjectStoreException(
        operation,
        root.toString(),
        Kind.STORE_NOT_FOUND,
        Effect.NOT_DONE,
        "there is no such directory; is the disk mounted? Make it with mkdir if it is new",
        null);
  }

  private Path path(String operation, ObjectKey key) throws ObjectStoreException {
    Path path = root;
    for (String segment : key.text().split("/", -1)) {
      int bytes = segment.getBytes(StandardCharsets.UTF_8).length;
      if (segment.equals(PrivateFiles.NAME) || bytes > MAX_SEGMENT_BYTES) {
        throw new ObjectStoreException(
            operation,
            key.text(),
            Kind.INVALID,
            Effect.NOT_DONE,
            segment.equals(PrivateFiles.NAME)
                ? "'" + PrivateFiles.NAME + "' is reserved in a directory"
                : "a name of " + bytes + " bytes, a directory takes " + MAX_SEGMENT_BYTES,
            null);
      }
      path = path.resolve(segment);
    }
    return path;
  }
}
