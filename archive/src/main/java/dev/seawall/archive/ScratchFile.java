// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.BlockWriter;
import dev.seawall.archive.internal.FileBytes;
import dev.seawall.archive.internal.Sha256;
import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A local file for what is too large for memory on its way to a replica: written once, read any
/// number of times, gone when it is closed. Never durable. Used by one thread at a time.
///
/// In the directory of a [LinkStore] its name should end with `.tmp`: what a crash leaves behind is
/// then removed by the next [LinkStore#open].
public final class ScratchFile extends OutputStream {
  private final FileSystem files;
  private final Path path;
  private final BlockWriter file;
  private final MessageDigest digest = Sha256.digest();
  private @Nullable String sha256;
  private boolean closed;

  private ScratchFile(FileSystem files, Path path) throws StorageException {
    this.files = files;
    this.path = path;
    this.file = new BlockWriter(files, path);
  }

  /// Creates the file; an older one of that name is removed.
  public static ScratchFile create(Machine machine, Path path) throws StorageException {
    if (!machine.files().status(path).isMissing()) {
      machine.files().delete(path);
    }
    return new ScratchFile(machine.files(), path);
  }

  @Override
  public void write(int value) throws StorageException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int count) throws StorageException {
    if (sha256 != null || closed) {
      throw new IllegalStateException(path + " is complete");
    }
    digest.update(source, offset, count);
    file.append(source, offset, count);
  }

  /// Ends writing; now it can be read.
  public void complete() throws StorageException {
    file.complete();
    sha256 = Sha256.hex(digest);
  }

  /// Returns how many bytes were written.
  public long size() {
    return file.size();
  }

  /// Opens it from its first byte.
  ///
  /// @throws IllegalStateException before [#complete]
  public InputStream open() throws IOException {
    if (sha256 == null) {
      throw new IllegalStateException(path + " is still being written");
    }
    return FileBytes.open(files, path).range(0, size());
  }

  /// Returns it as content of an object, valid until it is closed.
  public ObjectContent content() {
    return new ObjectContent() {
      @Override
      public OptionalLong bytes() {
        return OptionalLong.of(size());
      }

      @Override
      public @Nullable String sha256() {
        return sha256;
      }

      @Override
      public boolean isRepeatable() {
        return true;
      }

      @Override
      public InputStream open() throws IOException {
        return ScratchFile.this.open();
      }
    };
  }

  /// Removes the file, if it can. Idempotent.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    file.close();
    try {
      files.delete(path);
    } catch (StorageException _) {
      // The next opening of the queue removes it.
    }
  }
}
