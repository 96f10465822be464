// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CodecMissingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compressed segment files in a directory: names, opening, removal, and the way back. Stateless.
///
/// | crash | seen at open | done |
/// |---|---|---|
/// | while the compressed file is written | `….log.gz.tmp` | removed |
/// | after its rename, before the segment file is removed | both | the segment file counts, the compressed one is removed |
/// | while the segment file is restored | `….log.tmp` | removed |
/// | after that rename, before the compressed one is removed | both | as above |
///
/// So at every moment one whole file is there, and which one counts does not depend on what was
/// going on: both hold the same bytes up to the segment's end.
public final class CompressedSegments {
  private static final int CHUNK = 1 << 20;

  private CompressedSegments() {}

  /// Returns the name of the segment file that a name belongs to; the name itself when it is no
  /// compressed one's.
  static String rawName(String name) {
    for (BlockCompression how : BlockCompression.values()) {
      if (name.endsWith(how.suffix())) {
        return name.substring(0, name.length() - how.suffix().length());
      }
    }
    return name;
  }

  static Path path(Path segmentFile, BlockCompression how) {
    return segmentFile.resolveSibling(segmentFile.getFileName() + how.suffix());
  }

  private static @Nullable BlockCompression find(FileSystem files, Path segmentFile)
      throws StorageException {
    for (BlockCompression how : BlockCompression.values()) {
      if (files.status(path(segmentFile, how)).isFile()) {
        return how;
      }
    }
    return null;
  }

  /// Opens the compressed file in the place of a segment file; null when there is none.
  static @Nullable StorageFile open(SegmentFiles log, Path segmentFile, IoQueue queue)
      throws StorageException {
    BlockCompression how = find(log.files(), segmentFile);
    if (how == null) {
      return null;
    }
    if (!how.usable(log.codec())) {
      throw new StorageException("open", path(segmentFile, how), missing(how), null);
    }
    return open(log, segmentFile, how, queue);
  }

  private static CompressedFile open(
      SegmentFiles log, Path segmentFile, BlockCompression how, IoQueue queue)
      throws StorageException {
    StorageFile file = log.files().open(path(segmentFile, how), FileSystem.OpenMode.READ, queue);
    boolean done = false;
    try {
      CompressedFile compressed = CompressedFile.of(file, how, log.codec());
      done = true;
      return compressed;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private static String missing(BlockCompression how) {
    return "the segment is compressed ("
        + how.suffix()
        + "), and the log was opened without a codec that restores it. Put module seawall-codec"
        + " beside it and give Codec.reading() in WalOptions.withCodec";
  }

  /// Refuses a segment that is compressed in a way that is not known here.
  static void requireCodec(SegmentFiles log, Path segmentFile)
      throws StorageException, CodecMissingException {
    if (!log.files().status(segmentFile).isMissing()) {
      return;
    }
    BlockCompression how = find(log.files(), segmentFile);
    if (how != null && !how.usable(log.codec())) {
      throw new CodecMissingException("open " + path(segmentFile, how) + ": " + missing(how), null);
    }
  }

  /// Returns what a segment file would be there; missing when there is no compressed one.
  static FileStatus status(SegmentFiles log, Path segmentFile) throws StorageException {
    BlockCompression how = find(log.files(), segmentFile);
    if (how == null) {
      return new FileStatus(FileStatus.Kind.MISSING, 0, 0);
    }
    try (IoQueue queue = log.files().newQueue();
        StorageFile file = open(log, segmentFile, how, queue)) {
      return new FileStatus(FileStatus.Kind.FILE, file.size(), 1);
    }
  }

  /// Returns whether a compressed file stands in the place of a segment file.
  public static boolean isCompressed(SegmentFiles log, Path segmentFile) throws StorageException {
    return log.files().status(segmentFile).isMissing() && find(log.files(), segmentFile) != null;
  }

  /// Removes the compressed forms of a segment file, and their temporaries. Durable with the
  /// directory.
  ///
  /// @return whether there was any
  public static boolean delete(SegmentFiles log, Path segmentFile) throws StorageException {
    boolean any = false;
    for (BlockCompression how : BlockCompression.values()) {
      Path path = path(segmentFile, how);
      Path temporary = path.resolveSibling(path.getFileName() + AtomicFile.TEMPORARY_SUFFIX);
      for (Path one : List.of(path, temporary)) {
        if (log.files().status(one).isFile()) {
          log.files().delete(one);
          any = true;
        }
      }
    }
    return any;
  }

  /// Removes what a crash left: temporaries, and compressed files beside their segment files. For
  /// the writer only; durable when it returns.
  public static void clean(SegmentFiles log) throws StorageException {
    List<String> names = log.files().list(log.directory());
    boolean removed = false;
    for (String name : names) {
      boolean temporary = name.endsWith(AtomicFile.TEMPORARY_SUFFIX);
      String base =
          temporary
              ? name.substring(0, name.length() - AtomicFile.TEMPORARY_SUFFIX.length())
              : name;
      String raw = rawName(base);
      boolean ours =
          SegmentName.parse(log.prefix(), raw).filter(parsed -> !parsed.prepared()).isPresent();
      boolean leftOver = temporary || (!raw.equals(base) && names.contains(raw));
      Path path = log.directory().resolve(name);
      if (ours && leftOver && log.files().status(path).isFile()) {
        log.files().delete(path);
        removed = true;
      }
    }
    if (removed) {
      log.files().syncDirectory(log.directory());
    }
  }

  /// Puts a segment file back in the place of its compressed one, so that it can be written;
  /// nothing when it is there. Durable when it returns.
  ///
  /// @throws StorageException when it cannot be restored
  public static void expand(SegmentFiles log, Path segmentFile) throws StorageException {
    if (!isCompressed(log, segmentFile)) {
      return;
    }
    try (IoQueue queue = log.files().newQueue();
        StorageFile compressed = open(log, segmentFile, queue);
        AtomicFile raw = AtomicFile.begin(log.files(), segmentFile);
        Arena arena = Arena.ofConfined()) {
      if (!(compressed instanceof CompressedFile whole) || whole.problem() != null) {
        throw new StorageException(
            "restore",
            segmentFile,
            "its compressed file is damaged. Run `seawall wal verify " + log.directory() + "`",
            null);
      }
      MemorySegment chunk = arena.allocate(CHUNK);
      for (long at = 0; at < whole.size(); at += CHUNK) {
        int read = whole.read(at, chunk);
        raw.append(chunk.asSlice(0, read));
      }
      raw.commit();
    }
    if (delete(log, segmentFile)) {
      log.files().syncDirectory(log.directory());
    }
  }
}
