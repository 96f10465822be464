// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// A file by the JDK's channels; works everywhere.
///
/// Writes and syncs use a `FileChannel`, which an interrupt of its thread closes; so they belong on
/// a thread that nobody interrupts ([dev.seawall.io.IoQueue#callerMayLead] is false). Reads may
/// come from any thread and must survive its interruption: they use an `AsynchronousFileChannel`,
/// which no interrupt closes, with an executor that runs in the caller.
final class ChannelFile implements SystemFile.Medium {
  private static final long CHUNK_BYTES = 1 << 30;
  private static final int HEAP_CHUNK_BYTES = 64 << 10;
  private static final Thread NOBODY = Thread.ofPlatform().daemon().unstarted(() -> {});

  private final Path path;
  private final AsynchronousFileChannel reader;
  private final @Nullable FileChannel writer;
  private boolean lengthChanged;

  private ChannelFile(Path path, AsynchronousFileChannel reader, @Nullable FileChannel writer) {
    this.path = path;
    this.reader = reader;
    this.writer = writer;
  }

  static ChannelFile open(Path path, OpenMode mode) throws StorageException {
    FileChannel writer = null;
    try {
      writer =
          switch (mode) {
            case READ -> null;
            case WRITE -> FileChannel.open(path, StandardOpenOption.WRITE);
            case CREATE ->
                FileChannel.open(
                    path,
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                    OwnerOnly.file(path));
          };
      AsynchronousFileChannel reader =
          AsynchronousFileChannel.open(
              path, Set.of(StandardOpenOption.READ), CallerExecutor.INSTANCE);
      return new ChannelFile(path, reader, writer);
    } catch (IOException e) {
      closeQuietly(writer);
      if (writer != null && mode == OpenMode.CREATE) {
        Directories.delete(path);
      }
      throw Failures.of("open", path, e);
    }
  }

  @Override
  public long size() throws StorageException {
    try {
      return reader.size();
    } catch (ClosedChannelException _) {
      throw Failures.closed("size", path);
    } catch (IOException e) {
      throw Failures.of("size", path, e);
    }
  }

  @Override
  public void write(long position, MemorySegment source, SystemFile.Kind kind)
      throws StorageException {
    FileChannel channel = writer();
    try {
      long bytes = source.byteSize();
      long done = 0;
      while (done < bytes) {
        long wanted = Math.min(bytes - done, CHUNK_BYTES);
        ByteBuffer chunk = source.asSlice(done, wanted).asByteBuffer();
        while (chunk.hasRemaining()) {
          channel.write(chunk, position + done + chunk.position());
        }
        done += wanted;
      }
      if (kind == SystemFile.Kind.DURABLE) {
        channel.force(lengthChanged);
      }
    } catch (IOException e) {
      throw failure("write", e);
    }
  }

  @Override
  public void truncate(long bytes) throws StorageException {
    lengthChanged = true;
    try {
      writer().truncate(bytes);
    } catch (IOException e) {
      throw failure("truncate", e);
    }
  }

  @Override
  public void sync() throws StorageException {
    try {
      writer().force(lengthChanged);
      lengthChanged = false;
    } catch (IOException e) {
      throw failure("sync", e);
    }
  }

  @Override
  public int read(long position, MemorySegment target) throws StorageException {
    // The channel takes no memory that is confined to a thread, its own executor notwithstanding.
    return target.isNative() && target.isAccessibleBy(NOBODY)
        ? read(position, target.asByteBuffer())
        : readByCopy(position, target);
  }

  @Override
  public void close() {
    closeQuietly(reader);
    closeQuietly(writer);
  }

  private int readByCopy(long position, MemorySegment target) throws StorageException {
    int bytes = Math.toIntExact(target.byteSize());
    byte[] copy = new byte[Math.min(bytes, HEAP_CHUNK_BYTES)];
    int done = 0;
    while (done < bytes) {
      int wanted = Math.min(copy.length, bytes - done);
      int taken = read(position + done, ByteBuffer.wrap(copy, 0, wanted));
      MemorySegment.copy(MemorySegment.ofArray(copy), 0, target, done, taken);
      done += taken;
      if (taken < wanted) {
        break;
      }
    }
    return done;
  }

  private int read(long position, ByteBuffer target) throws StorageException {
    int done = 0;
    while (target.hasRemaining()) {
      int taken = await(reader.read(target, position + done));
      if (taken < 0) {
        break;
      }
      done += taken;
    }
    return done;
  }

  // On Windows the read goes on in the background, and an interrupt must not end the wait: the
  // target would be written later.
  private int await(Future<Integer> reading) throws StorageException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return reading.get();
        } catch (InterruptedException _) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof ClosedChannelException) {
            throw Failures.closed("read", path);
          }
          IOException cause =
              e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
          throw Failures.of("read", path, cause);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel writer() throws StorageException {
    if (writer == null) {
      throw Failures.closed("write", path);
    }
    return writer;
  }

  private StorageException failure(String operation, IOException cause) {
    return cause.getClass() == ClosedChannelException.class
        ? Failures.closed(operation, path)
        : Failures.of(operation, path, cause);
  }

  private static void closeQuietly(@Nullable AutoCloseable channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (Exception _) {
      // Closing promises nothing: what had to be durable was synced before.
    }
  }
}
