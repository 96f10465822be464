// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// An open WAL of a simulated database; for reading, beside its writers.
///
/// @param database whose WAL it is
/// @param beforeRead runs before each read: what others do meanwhile
record SimWalFile(SimDatabase database, Runnable beforeRead) implements StorageFile {
  private byte[] bytes() {
    byte[] now = database.wal;
    return now == null ? new byte[0] : now;
  }

  @Override
  public int read(long position, MemorySegment target) {
    beforeRead.run();
    return new MemoryFile(bytes()).read(position, target);
  }

  @Override
  public long size() {
    return bytes().length;
  }

  @Override
  public Path path() {
    return Path.of("app.db-wal");
  }

  @Override
  public void submitWrite(IoTicket ticket, long position, MemorySegment source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void submitDurableWrite(IoTicket ticket, long position, MemorySegment source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void submitSync(IoTicket ticket) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(long position, MemorySegment source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void truncate(long bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sync() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
