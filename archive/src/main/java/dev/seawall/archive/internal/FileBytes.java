// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;

/// A range of a file as a stream. Used by one thread at a time.
public final class FileBytes extends InputStream {
  private static final int WINDOW_BYTES = 16 * 1024;

  private final IoQueue queue;
  private final StorageFile file;
  // On the heap: off-heap memory without an owner is given back whenever the collector finds it.
  private final MemorySegment window = MemorySegment.ofArray(new byte[WINDOW_BYTES]);
  private long position;
  private long end;
  private int windowAt;
  private int windowBytes;
  private boolean closed;

  private FileBytes(IoQueue queue, StorageFile file, long end) {
    this.queue = queue;
    this.file = file;
    this.end = end;
  }

  /// Opens a whole file.
  public static FileBytes open(FileSystem files, Path path) throws StorageException {
    IoQueue queue = files.newQueue();
    StorageFile file = null;
    try {
      file = files.open(path, FileSystem.OpenMode.READ, queue);
      return new FileBytes(queue, file, file.size());
    } catch (StorageException e) {
      if (file != null) {
        file.close();
      }
      queue.close();
      throw e;
    }
  }

  /// Returns the length of the file when it was opened.
  public long size() throws StorageException {
    return file.size();
  }

  /// Goes to a range; what was read before does not matter.
  public FileBytes range(long from, long length) throws StorageException {
    long size = file.size();
    position = Math.min(from, size);
    end = position + Math.min(length, size - position);
    windowAt = 0;
    windowBytes = 0;
    return this;
  }

  /// Reads all of the file and returns its SHA-256 in hexadecimal.
  public String hash() throws IOException {
    range(0, Long.MAX_VALUE);
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[WINDOW_BYTES];
    for (int read = read(buffer); read >= 0; read = read(buffer)) {
      digest.update(buffer, 0, read);
    }
    return Sha256.hex(digest);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (windowAt == windowBytes && !fill()) {
      return -1;
    }
    int part = Math.min(count, windowBytes - windowAt);
    MemorySegment.copy(window, windowAt, MemorySegment.ofArray(target), offset, part);
    windowAt += part;
    return part;
  }

  private boolean fill() throws StorageException {
    int wanted = (int) Math.min(WINDOW_BYTES, end - position);
    if (wanted == 0) {
      return false;
    }
    windowBytes = file.read(position, window.asSlice(0, wanted));
    windowAt = 0;
    position += windowBytes;
    return windowBytes > 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      file.close();
      queue.close();
    }
  }
}
