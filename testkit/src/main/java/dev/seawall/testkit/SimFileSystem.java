// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The file system that one incarnation of a [SimMachine] sees; [SimDisk] is what is behind it.
/// Confined to the simulation's thread.
public final class SimFileSystem implements FileSystem {
  private final SimDisk disk;
  private final Life life;
  private final SimOptions options;
  private final SimNames names;

  SimFileSystem(SimDisk disk, Life life, SimOptions options) {
    this.disk = disk;
    this.life = life;
    this.options = options;
    this.names = disk.names();
  }

  @Override
  public String backend() {
    return "simulated";
  }

  /// Returns the disk behind this file system.
  public SimDisk disk() {
    return disk;
  }

  @Override
  public IoQueue newQueue() {
    life.check();
    return new SimIoQueue(disk, life, options);
  }

  @Override
  public StorageFile open(Path path, OpenMode mode, IoQueue queue) throws StorageException {
    if (!(queue instanceof SimIoQueue simQueue)) {
      throw new IllegalArgumentException("a simulated file completes on a simulated queue only");
    }
    Path at = path.normalize();
    Verb verb = mode == OpenMode.CREATE ? Verb.CREATE : Verb.OPEN;
    begin(verb, at);
    SimNames.Directory directory = parent(verb, at);
    SimInode inode = directory.get(nameOf(at));
    if (names.directory(at) != null) {
      throw new StorageException(verb.text(), at, "it is a directory", null);
    }
    if (mode == OpenMode.CREATE) {
      if (inode != null) {
        throw new StorageException("create", at, "the name exists", null);
      }
      if (!disk.allocateName()) {
        throw SimOperation.diskFull(at, verb);
      }
      inode = disk.newInode();
      names.create(directory, nameOf(at), inode);
    } else if (inode == null) {
      throw missing("open", at);
    }
    disk.end();
    return new SimFile(disk, life, path, inode, simQueue, mode != OpenMode.READ);
  }

  @Override
  public MappedWindow map(Path path, long position, long bytes) throws StorageException {
    SimFile file = openExisting(path);
    if (position < 0
        || position % Pages.PAGE != 0
        || bytes <= 0
        || bytes % Pages.PAGE != 0
        || position + bytes > file.inode().size()) {
      file.close();
      throw new IllegalArgumentException(
          "window of " + bytes + " bytes at position " + position + " of " + path);
    }
    return new SimWindow(disk, life, file, file.inode(), position, bytes);
  }

  private SimFile openExisting(Path path) throws StorageException {
    return (SimFile) open(path, OpenMode.WRITE, newQueue());
  }

  @Override
  public FileStatus status(Path path) throws StorageException {
    Path at = path.normalize();
    begin(Verb.LOOK, at);
    FileStatus status = look(at);
    disk.end();
    return status;
  }

  private FileStatus look(Path at) {
    if (names.directory(at) != null || at.getNameCount() == 0) {
      return new FileStatus(FileStatus.Kind.DIRECTORY, 0, 1);
    }
    SimNames.Directory directory = names.directory(parentOf(at));
    SimInode inode = directory == null ? null : directory.get(nameOf(at));
    return inode == null
        ? new FileStatus(FileStatus.Kind.MISSING, 0, 0)
        : new FileStatus(FileStatus.Kind.FILE, inode.size(), inode.links);
  }

  @Override
  public List<String> list(Path directory) throws StorageException {
    Path at = directory.normalize();
    begin(Verb.LOOK, at);
    SimNames.Directory listed = existing(Verb.LOOK, at);
    List<String> entries = new ArrayList<>(listed.entries().keySet());
    for (SimNames.Directory other : names.directories()) {
      if (other != listed && parentOf(other.path()).equals(at)) {
        entries.add(nameOf(other.path()));
      }
    }
    // Nobody may rely on an order.
    for (int i = entries.size() - 1; i > 0; i--) {
      java.util.Collections.swap(entries, i, disk.random().nextInt(i + 1));
    }
    disk.end();
    return entries;
  }

  @Override
  public void createDirectories(Path directory) throws StorageException {
    Path at = directory.normalize();
    if (names.directory(at) != null) {
      life.check();
      return;
    }
    begin(Verb.CREATE, at);
    if (!disk.allocateName()) {
      throw SimOperation.diskFull(at, Verb.CREATE);
    }
    List<Path> missing = new ArrayList<>();
    for (Path each = at; names.directory(each) == null; each = parentOf(each)) {
      SimNames.Directory parent = names.directory(parentOf(each));
      if (parent != null && parent.get(nameOf(each)) != null) {
        throw new StorageException("create", each, "a file stands there", null);
      }
      missing.add(each);
      if (parentOf(each).equals(each)) {
        break;
      }
    }
    missing.reversed().forEach(names::addDirectory);
    disk.end();
  }

  @Override
  public void rename(Path from, Path to) throws StorageException {
    Path source = from.normalize();
    Path target = to.normalize();
    if (disk.isDenied(target)) {
      throw denied(Verb.RENAME, target);
    }
    Fault fault = count(Verb.RENAME, source);
    SimNames.Directory fromDirectory = parent(Verb.RENAME, source);
    SimNames.Directory toDirectory = parent(Verb.RENAME, target);
    SimInode inode = fromDirectory.get(nameOf(source));
    if (inode == null) {
      throw missing("rename", source);
    }
    if (names.directory(target) != null) {
      throw new StorageException("rename", source, target + " is a directory", null);
    }
    if (fault == null || disk.random().nextBoolean()) {
      SimInode replaced = toDirectory.get(nameOf(target));
      names.rename(fromDirectory, nameOf(source), toDirectory, nameOf(target), inode);
      if (replaced != null) {
        disk.dropIfUnused(replaced);
      }
    }
    finish(fault, Verb.RENAME, source);
  }

  @Override
  public void delete(Path path) throws StorageException {
    Path at = path.normalize();
    Fault fault = count(Verb.DELETE, at);
    SimNames.Directory asDirectory = names.directory(at);
    if (asDirectory != null) {
      deleteDirectory(asDirectory, at);
    } else {
      SimNames.Directory directory = parent(Verb.DELETE, at);
      SimInode inode = directory.get(nameOf(at));
      if (inode == null) {
        throw missing("delete", at);
      }
      if (fault == null || disk.random().nextBoolean()) {
        names.delete(directory, nameOf(at), inode);
        disk.dropIfUnused(inode);
      }
    }
    finish(fault, Verb.DELETE, at);
  }

  private void deleteDirectory(SimNames.Directory directory, Path at) throws StorageException {
    if (!directory.entries().isEmpty()) {
      throw new StorageException("delete", at, "the directory is not empty", null);
    }
    names.removeDirectory(directory);
  }

  @Override
  public void syncDirectory(Path directory) throws StorageException {
    Path at = directory.normalize();
    Fault fault = count(Verb.SYNC_DIRECTORY, at);
    SimNames.Directory synced = existing(Verb.SYNC_DIRECTORY, at);
    disk.passTime();
    if (fault == null) {
      names.sync(synced);
    }
    finish(fault, Verb.SYNC_DIRECTORY, at);
  }

  @Override
  public long usableBytes(Path path) throws StorageException {
    begin(Verb.LOOK, path.normalize());
    disk.end();
    return disk.freeBytes();
  }

  @Override
  public DirectoryLock lock(Path directory) throws StorageException {
    Path at = directory.normalize();
    begin(Verb.LOCK, at);
    SimNames.Directory locked = existing(Verb.LOCK, at);
    SimInode inode = locked.get(SimLock.LOCK);
    if (inode == null) {
      inode = createEmpty(locked, SimLock.LOCK);
    }
    if (locked.get(SimLock.OWNER) == null) {
      createEmpty(locked, SimLock.OWNER);
    }
    String holder = disk.lock(locked, inode);
    disk.end();
    if (holder != null) {
      throw new LockHeldException(at, holder);
    }
    return new SimLock(disk, life, locked, inode);
  }

  private SimInode createEmpty(SimNames.Directory directory, String name) throws StorageException {
    if (!disk.allocateName()) {
      throw SimOperation.diskFull(directory.path().resolve(name), Verb.LOCK);
    }
    SimInode inode = disk.newInode();
    names.create(directory, name, inode);
    return inode;
  }

  static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent != null) {
      return parent;
    }
    return path.isAbsolute() ? path : path.resolve("").resolveSibling("");
  }

  static String nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private @Nullable Fault count(Verb verb, Path at) throws StorageException {
    life.check();
    if (disk.isDenied(at)) {
      throw denied(verb, at);
    }
    return disk.begin(verb, at);
  }

  /// Counts an operation that has no partial effect.
  private void begin(Verb verb, Path at) throws StorageException {
    Fault fault = count(verb, at);
    if (fault != null) {
      throw ioError(verb, at);
    }
  }

  private void finish(@Nullable Fault fault, Verb verb, Path at) throws StorageException {
    disk.end();
    if (fault != null) {
      throw ioError(verb, at);
    }
  }

  private SimNames.Directory parent(Verb verb, Path at) throws StorageException {
    return existing(verb, parentOf(at));
  }

  private SimNames.Directory existing(Verb verb, Path at) throws StorageException {
    SimNames.Directory directory = names.directory(at);
    if (directory == null) {
      throw missing(verb.text(), at);
    }
    return directory;
  }

  private static StorageException missing(String operation, Path at) {
    return new StorageException(operation, at, "no such file or directory", null);
  }

  private static StorageException denied(Verb verb, Path at) {
    return new StorageException(verb.text(), at, "permission denied (EACCES)", null);
  }

  private static StorageException ioError(Verb verb, Path at) {
    return new StorageException(verb.text(), at, "simulated input/output error (EIO)", null);
  }
}
