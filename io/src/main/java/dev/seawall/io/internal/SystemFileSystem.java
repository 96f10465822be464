// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.Backend;
import dev.seawall.io.BackendChoice;
import dev.seawall.io.BackendReport;
import dev.seawall.io.BackendReport.Refusal;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The real disk. Chooses the backend once; a single file can still fall back to the page cache,
/// and a queue whose ring cannot be made to system calls.
public final class SystemFileSystem implements FileSystem {
  /// As far as the simulation goes (ADR 0010).
  private static final int URING_DEPTH = 8;

  /// Writes of `DIRECT` that gain from each other, in bytes (ADR 0017).
  private static final long IN_FLIGHT_FROM = 1 << 20;

  private final Backend backend;
  private final boolean pageCacheWillDo;
  private final List<Refusal> refused = new CopyOnWriteArrayList<>();
  private volatile boolean directRefused;
  private volatile boolean ringRefused;

  private SystemFileSystem(Backend backend, boolean pageCacheWillDo, List<Refusal> refused) {
    this.backend = backend;
    this.pageCacheWillDo = pageCacheWillDo;
    this.refused.addAll(refused);
  }

  /// Takes the first backend of a choice that works.
  ///
  /// @param place names the machine in the message
  /// @throws StorageException when none works
  public static SystemFileSystem open(BackendChoice choice, Path place) throws StorageException {
    List<Refusal> refused = new ArrayList<>();
    for (Backend next : choice.order()) {
      String disabled = choice.disabledBecause(next);
      String why = disabled == null ? refusal(next) : disabled;
      if (why == null) {
        return new SystemFileSystem(next, choice.order().contains(Backend.CHANNEL), refused);
      }
      refused.add(new Refusal(next, why));
    }
    String all =
        refused.stream()
            .map(each -> each.backend() + " was asked for, but " + each.why())
            .collect(Collectors.joining("; "));
    throw new StorageException("open backend", place, all, null);
  }

  private static @Nullable String refusal(Backend backend) {
    return switch (backend) {
      case AUTO -> throw new IllegalArgumentException("AUTO is no backend");
      case CHANNEL -> null;
      case DIRECT, THREADS -> NativeAccess.refusal();
      case URING -> {
        String refusal = NativeAccess.refusal();
        yield refusal == null ? KernelRing.refusal() : refusal;
      }
    };
  }

  @Override
  public String backend() {
    if (backend == Backend.CHANNEL) {
      return "channel";
    }
    if (directRefused) {
      return "buffered";
    }
    return switch (backend) {
      case URING -> ringRefused ? "direct" : "uring";
      case THREADS -> ringRefused ? "direct" : "threads";
      case DIRECT, CHANNEL, AUTO -> "direct";
    };
  }

  @Override
  public BackendReport report() {
    return new BackendReport(backend(), refused);
  }

  @Override
  public StorageFile open(Path path, OpenMode mode, IoQueue queue) throws StorageException {
    SyncQueue immediate =
        switch (queue) {
          case SyncQueue own -> own;
          case RingQueue own -> own.immediate();
          default -> throw new IllegalArgumentException("the queue belongs to another file system");
        };
    if (backend == Backend.CHANNEL) {
      return new SystemFile(path, mode, immediate, ChannelFile.open(path, mode));
    }
    DirectFile file =
        DirectFile.open(path, mode, pageCacheWillDo ? () -> directIsRefused(path) : null);
    return queue instanceof RingQueue own && mode != OpenMode.READ && file.isDirect()
        ? new RingFile(path, mode, own, file)
        : new SystemFile(path, mode, immediate, file);
  }

  @Override
  public IoQueue newQueue() {
    return switch (backend) {
      case URING -> new RingQueue(KernelRing::open, URING_DEPTH, 0, this::ringIsRefused);
      case THREADS -> threads(0);
      case DIRECT -> threads(IN_FLIGHT_FROM);
      case CHANNEL, AUTO -> new SyncQueue(false);
    };
  }

  private IoQueue threads(long ringFrom) {
    return new RingQueue(ThreadRing::open, ThreadRing.THREADS, ringFrom, this::ringIsRefused);
  }

  @Override
  public MappedWindow map(Path path, long position, long bytes) throws StorageException {
    return MappedFile.open(path, position, bytes);
  }

  private void directIsRefused(Path path) {
    if (!directRefused) {
      directRefused = true;
      refused.add(new Refusal(backend, "the file system of " + path + " refuses direct I/O"));
    }
  }

  private void ringIsRefused(String why) {
    if (!ringRefused) {
      ringRefused = true;
      refused.add(new Refusal(backend, why));
    }
  }

  @Override
  public FileStatus status(Path path) throws StorageException {
    return Directories.status(path);
  }

  @Override
  public List<String> list(Path directory) throws StorageException {
    return Directories.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws StorageException {
    Directories.create(directory);
  }

  @Override
  public void rename(Path from, Path to) throws StorageException {
    Directories.rename(from, to);
  }

  @Override
  public void delete(Path path) throws StorageException {
    Directories.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) throws StorageException {
    Directories.sync(directory);
  }

  @Override
  public long usableBytes(Path path) throws StorageException {
    return Directories.usableBytes(path);
  }

  @Override
  public DirectoryLock lock(Path directory) throws StorageException {
    return Locks.take(this, directory);
  }
}
