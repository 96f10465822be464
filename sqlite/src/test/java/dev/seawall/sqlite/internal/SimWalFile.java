// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Supplier;

/// An open WAL that is bytes in memory; for reading, beside its writers.
///
/// @param file what it is at this moment
/// @param beforeRead runs before each read: what others do meanwhile
record SimWalFile(Supplier<MemoryFile> file, Runnable beforeRead) implements StorageFile {
  @Override
  public int read(long position, MemorySegment target) {
    beforeRead.run();
    return file.get().read(position, target);
  }

  @Override
  public long size() {
    return file.get().size();
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
