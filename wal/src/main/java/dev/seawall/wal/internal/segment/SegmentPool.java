// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.BufferPools;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.MappedWindow;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.io.Worker;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Prepares segments before they are needed: creates a file under a `-pre` name, writes every
/// block, writes the header, syncs, renames, syncs the directory. A file below the floor is used
/// again instead of written anew. One chunk per step.
///
/// A full disk is met here, on nobody's append path: the file is removed, the cause is kept for
/// those who wait, and preparation is tried again when asked. Thread-safe; the work itself is done
/// by one worker.
public final class SegmentPool implements Worker, AutoCloseable {
  /// A waiting segment: its name and header are durable, it holds no frame of its salt.
  ///
  /// @param path its file
  /// @param header as written
  /// @param file open for writing
  /// @param mapped all of it as memory, read in and ready for stores; null when nobody asked
  public record Prepared(
      Path path, SegmentHeader header, StorageFile file, @Nullable MappedWindow mapped) {
    void close() {
      if (mapped != null) {
        mapped.close();
      }
      file.close();
    }
  }

  /// What the pool tells and asks.
  public interface Owner {
    /// A segment is ready, or preparing one failed.
    void poolChanged();
  }

  private static final int CHUNK = 2 << 20;

  /// Length of a piece as long as appends do not outrun the pool: a durable append waits for the
  /// piece in front of it at the disk.
  private static final int GENTLE_CHUNK = 256 << 10;

  private final SegmentFiles files;
  private final Machine machine;
  private final IoQueue queue;
  private final long logIdHigh;
  private final long logIdLow;
  private final long segmentBytes;
  private final int features;
  private final Owner owner;
  private final Deque<Prepared> ready = new ArrayDeque<>();
  private final Deque<Path> reusable = new ArrayDeque<>();
  private @Nullable MemorySegment zeros;

  private long highestNumber;
  private long nextBytes;
  private int wanted;
  private long oversizeBytes;
  private @Nullable Job job;
  private @Nullable StorageException failure;
  private long recycled;

  /// Somebody waits for the next segment, or had to for the last one.
  private boolean behind;

  private boolean waited;
  private volatile boolean mapping;
  private boolean closed;

  /// One preparation under way.
  private static final class Job {
    final SegmentName name;
    final Path path;
    final long bytes;
    boolean reuse;
    @Nullable StorageFile file;
    long written;

    Job(SegmentName name, Path path, long bytes, boolean reuse) {
      this.name = name;
      this.path = path;
      this.bytes = bytes;
      this.reuse = reuse;
    }
  }

  /// @param queue the one on which the writer will poll the files; blocking calls do not touch it
  /// @param highestNumber no number up to it is given out
  /// @param nextBytes length of the first segment prepared; the following ones double it up to
  ///   `segmentBytes`
  /// @param features of the segments to come
  public SegmentPool(
      SegmentFiles files,
      Machine machine,
      IoQueue queue,
      FrameKey logId,
      long highestNumber,
      long nextBytes,
      long segmentBytes,
      int features,
      Owner owner) {
    this.files = files;
    this.machine = machine;
    this.queue = queue;
    this.logIdHigh = logId.logIdHigh();
    this.logIdLow = logId.logIdLow();
    this.highestNumber = highestNumber;
    this.nextBytes = Math.min(nextBytes, segmentBytes);
    this.segmentBytes = segmentBytes;
    this.features = features;
    this.owner = owner;
  }

  /// Returns a waiting segment of at least `minBytes`, or null: then one was asked for, and
  /// [Owner#poolChanged] will tell.
  ///
  /// @throws StorageException when the last preparation failed; asking again tries again
  public synchronized @Nullable Prepared take(long minBytes) throws StorageException {
    Prepared first = ready.peek();
    if (first != null && first.header().fileBytes() >= minBytes) {
      ready.remove();
      wanted = Math.max(0, wanted - 1);
      behind = waited;
      waited = false;
      return first;
    }
    if (first != null || minBytes > nextBytes) {
      oversizeBytes = Math.max(oversizeBytes, Layout.blockCeiling(minBytes));
    }
    wanted = Math.max(wanted, 1);
    behind = true;
    waited = true;
    StorageException cause = failure;
    if (cause != null) {
      failure = null;
      throw cause;
    }
    return null;
  }

  /// Asks for this many waiting segments.
  public synchronized void want(int count) {
    wanted = Math.max(wanted, count);
  }

  /// Returns whether a step has something to do.
  public synchronized boolean hasWork() {
    return !closed
        && (job != null || ready.size() < wanted || oversizeBytes > 0)
        && failure == null;
  }

  /// Hands in a file below the floor; it is used again when it has the standard length, one link,
  /// and is needed; else removed.
  ///
  /// @return whether it will be used again
  public synchronized boolean offer(Path path) throws StorageException {
    var status = machine.files().status(path);
    if (!closed
        && status.isFile()
        && status.bytes() == segmentBytes
        && status.links() == 1
        && reusable.size() + ready.size() < 4) {
      reusable.add(path);
      recycled++;
      return true;
    }
    machine.files().delete(path);
    return false;
  }

  /// Returns the highest segment number given out.
  public synchronized long highestNumber() {
    return highestNumber;
  }

  /// Returns how many segments wait.
  public synchronized int readyCount() {
    return ready.size();
  }

  /// Returns the bytes of the waiting segments' files.
  public synchronized long readyBytes() {
    return ready.stream().mapToLong(p -> p.header().fileBytes()).sum();
  }

  /// Returns how many files were taken to be used again.
  public synchronized long recycledCount() {
    return recycled;
  }

  @Override
  public long step() {
    Job current;
    synchronized (this) {
      if (!hasWork()) {
        return UNTIL_WOKEN;
      }
      current = job == null ? begin() : job;
      job = current;
    }
    try {
      if (!advance(current)) {
        return 0;
      }
      finish(current);
    } catch (StorageException e) {
      abandon(current, e);
    }
    owner.poolChanged();
    return 0;
  }

  private Job begin() {
    long bytes = nextBytes;
    boolean reuse = false;
    if (oversizeBytes > 0) {
      // Numbers order the files, so waiting ones with lower numbers can no longer be used under
      // their names.
      bytes = Math.max(bytes, oversizeBytes);
      while (!ready.isEmpty()) {
        Prepared waiting = ready.remove();
        waiting.close();
        reusable.addFirst(waiting.path());
      }
    } else {
      reuse = !reusable.isEmpty();
    }
    highestNumber++;
    SegmentName name =
        new SegmentName(files.prefix(), machine.time().wallMillis(), highestNumber, true);
    return new Job(name, files.directory().resolve(name.fileName()), bytes, reuse);
  }

  /// Does one piece; returns whether the file is complete.
  private boolean advance(Job current) throws StorageException {
    FileSystem disk = machine.files();
    if (current.file == null) {
      if (current.reuse) {
        Path from;
        synchronized (this) {
          from = reusable.remove();
        }
        var status = disk.status(from);
        if (status.links() != 1) {
          // A backup was linked to it while it waited here.
          if (status.isFile()) {
            disk.delete(from);
          }
          current.reuse = false;
          return false;
        }
        disk.rename(from, current.path);
        current.file = disk.open(current.path, FileSystem.OpenMode.WRITE, queue);
        current.written = current.file.size();
      } else {
        current.file = disk.open(current.path, FileSystem.OpenMode.CREATE, queue);
      }
      return false;
    }
    if (current.written < current.bytes && !current.reuse) {
      long chunk = Math.min(chunk(), current.bytes - current.written);
      current.file.write(current.written, zeros().asSlice(0, chunk));
      current.written += chunk;
      return false;
    }
    return true;
  }

  private synchronized long chunk() {
    return Math.min(zeros().byteSize(), behind ? CHUNK : GENTLE_CHUNK);
  }

  private MemorySegment zeros() {
    MemorySegment chunk = zeros;
    if (chunk == null) {
      chunk = BufferPools.memory(Math.min(CHUNK, segmentBytes));
      zeros = chunk;
    }
    return chunk;
  }

  private void finish(Job current) throws StorageException {
    StorageFile file = current.file;
    if (file == null) {
      throw new AssertionError("no file");
    }
    SegmentHeader header =
        new SegmentHeader(
            new FrameKey(logIdHigh, logIdLow, machine.random().nextLong()),
            current.name.number(),
            current.name.createdMillis(),
            current.written,
            features);
    writeHeader(file, header);
    file.sync();
    Path path = files.directory().resolve(current.name.ready().fileName());
    machine.files().rename(current.path, path);
    machine.files().syncDirectory(files.directory());
    Prepared prepared =
        new Prepared(
            path,
            header,
            file,
            mapping ? ActiveSegment.map(machine.files(), path, header.fileBytes(), 0) : null);
    synchronized (this) {
      job = null;
      if (closed) {
        prepared.close();
        return;
      }
      ready.add(prepared);
      if (current.bytes >= oversizeBytes) {
        oversizeBytes = 0;
      }
      if (current.bytes <= nextBytes) {
        nextBytes = Math.min(segmentBytes, nextBytes * 2);
      }
    }
  }

  /// Maps what is prepared from now on, and pays for the first store into each page here instead of
  /// in an append. Recovery, which writes, must be over.
  public void startMapping() {
    mapping = true;
  }

  private void writeHeader(StorageFile file, SegmentHeader header) throws StorageException {
    try (Arena block = Arena.ofConfined()) {
      MemorySegment memory = block.allocate(Layout.BLOCK, Layout.BLOCK);
      header.encode(memory);
      file.write(0, memory);
    }
  }

  private void abandon(Job current, StorageException cause) {
    if (current.file != null) {
      current.file.close();
    }
    StorageException told = cause;
    try {
      if (machine.files().status(current.path).isFile()) {
        machine.files().delete(current.path);
      }
    } catch (StorageException e) {
      told.addSuppressed(e);
    }
    synchronized (this) {
      job = null;
      failure = told;
    }
  }

  /// Closes waiting files; they stay in the directory, empty. The worker must have stopped.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (Prepared prepared : ready) {
      prepared.close();
    }
    ready.clear();
    if (job != null && job.file != null) {
      job.file.close();
    }
    zeros = null;
  }
}
