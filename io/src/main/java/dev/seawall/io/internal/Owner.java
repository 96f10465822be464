// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// Who holds a lock, in the file `OWNER`, for people only: no decision is ever taken from it.
///
/// Therefore its failures are not the lock's: on a full disk the log still opens, and `OWNER` is
/// absent or old.
final class Owner {
  static final String OWNER = "OWNER";
  private static final int MAX_BYTES = 4096;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

  private final String nonce = UUID.randomUUID().toString();

  /// Returns who this process is, in words.
  static String process() {
    return "pid " + ProcessHandle.current().pid() + " on " + host();
  }

  void write(FileSystem files, Path directory) {
    byte[] text = text().getBytes(StandardCharsets.UTF_8);
    try {
      AtomicFile.write(files, directory.resolve(OWNER), MemorySegment.ofArray(text));
    } catch (StorageException _) {
      // See above.
    }
  }

  /// Removes the file if it is still ours.
  void delete(FileSystem files, Path directory) {
    try {
      if (read(files, directory).contains(nonce)) {
        files.delete(directory.resolve(OWNER));
      }
    } catch (StorageException _) {
      // See above.
    }
  }

  /// Returns in words who holds a directory, as far as its file tells.
  static String describe(FileSystem files, Path directory) {
    String text = "";
    try {
      text = read(files, directory);
    } catch (StorageException _) {
      // See above.
    }
    return text.isBlank() ? "an unknown process" : text.strip().replaceAll("\\R", ", ");
  }

  private static String read(FileSystem files, Path directory) throws StorageException {
    MemorySegment bytes = AtomicFile.read(files, directory.resolve(OWNER), MAX_BYTES);
    return StandardCharsets.UTF_8.decode(bytes.asByteBuffer()).toString();
  }

  private String text() {
    ProcessHandle process = ProcessHandle.current();
    String start = process.info().startInstant().map(Object::toString).orElse("unknown");
    return "pid %d%nhost %s%nstart %s%nboot %s%nnonce %s%n"
        .formatted(process.pid(), host(), start, firstLine(BOOT_ID, "unknown"), nonce)
        .replace("\r", "");
  }

  private static String host() {
    String name = firstLine(HOST, "");
    if (!name.isEmpty()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "unknown";
    }
  }

  private static String firstLine(Path file, String otherwise) {
    try {
      return Files.readString(file).strip();
    } catch (IOException _) {
      return otherwise;
    }
  }
}
