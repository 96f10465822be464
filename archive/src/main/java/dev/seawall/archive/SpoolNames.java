// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The two names that a queue's directory keeps: its own, and that of the replica it serves.
final class SpoolNames {
  private static final String INSTANCE = "instance";
  private static final String REPLICA = "replica";
  private static final int MOST_BYTES = 1 << 14;

  private SpoolNames() {}

  private static @Nullable String read(FileSystem files, Path path) throws StorageException {
    if (!files.status(path).isFile()) {
      return null;
    }
    byte[] bytes = AtomicFile.read(files, path, MOST_BYTES).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void write(FileSystem files, Path path, String text) throws StorageException {
    AtomicFile.write(files, path, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// Returns the 16 hexadecimal digits of a directory; draws them when it has none.
  static String instance(Machine machine, Path directory) throws StorageException {
    Path path = directory.resolve(INSTANCE);
    String text = read(machine.files(), path);
    if (text != null && text.matches("[0-9a-f]{16}")) {
      return text;
    }
    String drawn = "%016x".formatted(machine.random().nextLong());
    write(machine.files(), path, drawn);
    return drawn;
  }

  /// Returns the replica that a directory serves; null when it does not say.
  static @Nullable String replica(FileSystem files, Path directory) throws StorageException {
    return read(files, directory.resolve(REPLICA));
  }

  static void writeReplica(FileSystem files, Path directory, String replica)
      throws StorageException {
    write(files, directory.resolve(REPLICA), replica);
  }
}
