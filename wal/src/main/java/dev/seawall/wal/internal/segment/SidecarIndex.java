// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import static dev.seawall.wal.internal.frame.Layout.U64;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.StorageException;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Mix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The seek index of a sealed segment in a file beside it, `<segment file>.idx`. A cache: without
/// it, or with one that does not fit, reading gives the same answers. Stateless; thread-safe.
///
/// ```
/// position 0          88                              88 + 24 × entries
/// +-------------------+-------------------------------+----------+
/// | header            | entries                       | checksum |   little-endian
/// +-------------------+-------------------------------+----------+
/// ```
///
/// | position | type | field | meaning |
/// |---|---|---|---|
/// | 0 | u64 | magic | the bytes `SEAWIDX` and `0x0A` |
/// | 8 | u64 | version | 1 |
/// | 16 | u64 ×2 | log id | as in the segment's header |
/// | 32 | u64 | salt | as in the segment's header |
/// | 40 | u64 | segment number | |
/// | 48 | u64 | end | where the segment's frames end, its SEAL included |
/// | 56 | u64 | first index | |
/// | 64 | u64 | last index | first index − 1 when it holds no record |
/// | 72 | u64 | sealed | wall clock of the SEAL, ms |
/// | 80 | u64 | entries | |
/// | 88 | u64 ×3 each | entry | index of the next record, position of a frame on a batch boundary, greatest timestamp before it |
/// | then | u64 | checksum | `Mix` over all words before it |
///
/// It is valid when the file has exactly that length, checksum and version are right, every field
/// up to *sealed* is the segment's, and positions are multiples of 8 that rise within the segment
/// while indexes do not fall. Everything is covered by the checksum.
public final class SidecarIndex {
  /// What the name of every sidecar ends with.
  public static final String SUFFIX = ".idx";

  private static final long MAGIC = 0x0A58444957414553L;
  private static final long VERSION = 1;
  private static final int HEADER = 88;
  private static final int ENTRY = 24;

  private SidecarIndex() {}

  /// What became of a sidecar that was asked for.
  public enum Outcome {
    /// Its entries are in the segment's index now.
    LOADED,
    /// There is none, or it cannot be read.
    ABSENT,
    /// There is one, and it is damaged or of something else.
    REFUSED
  }

  /// Returns where the sidecar of a segment file stands.
  public static Path path(Path segmentFile) {
    return segmentFile.resolveSibling(segmentFile.getFileName() + SUFFIX);
  }

  /// Writes the sidecar of a sealed and durable segment; nothing when its index is empty. Durable
  /// when it returns.
  ///
  /// @throws StorageException when it cannot be written; an older one, or none, stands there then
  public static void write(Segment segment, FileSystem files) throws StorageException {
    long[] words = segment.index().toWords();
    if (!segment.sealed() || words.length == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(HEADER + 8L * words.length + 8, 8);
      header(bytes, segment);
      bytes.set(U64, 80, words.length / 3);
      for (int i = 0; i < words.length; i++) {
        bytes.set(U64, HEADER + 8L * i, words[i]);
      }
      bytes.set(U64, bytes.byteSize() - 8, checksum(bytes));
      AtomicFile.write(files, path(segment.path()), bytes);
    }
  }

  private static void header(MemorySegment bytes, Segment segment) {
    FrameKey key = segment.key();
    long[] words = {
      MAGIC,
      VERSION,
      key.logIdHigh(),
      key.logIdLow(),
      key.salt(),
      segment.number(),
      segment.end(),
      segment.firstIndex(),
      segment.lastIndex(),
      segment.sealedMillis()
    };
    for (int i = 0; i < words.length; i++) {
      bytes.set(U64, 8L * i, words[i]);
    }
  }

  private static long checksum(MemorySegment bytes) {
    long state = 0;
    for (long at = 0; at < bytes.byteSize() - 8; at += 8) {
      state = Mix.step(state, bytes.get(U64, at));
    }
    return Mix.finish(state);
  }

  /// Puts the sidecar's entries into the index of a sealed segment, if there is one and it fits.
  public static Outcome load(Segment segment, FileSystem files) {
    long most = HEADER + 8 + ENTRY * (segment.fileBytes() / SparseIndex.STRIDE + 1);
    MemorySegment bytes;
    try {
      Path path = path(segment.path());
      var status = files.status(path);
      if (!status.isFile()) {
        return status.isMissing() ? Outcome.ABSENT : Outcome.REFUSED;
      }
      if (status.bytes() > most) {
        return Outcome.REFUSED;
      }
      bytes = AtomicFile.read(files, path, Math.toIntExact(most));
    } catch (StorageException e) {
      return Outcome.ABSENT;
    }
    long[] words = decode(bytes, segment);
    if (words.length == 0) {
      return Outcome.REFUSED;
    }
    segment.index().load(words);
    return Outcome.LOADED;
  }

  private static long[] decode(MemorySegment bytes, Segment segment) {
    long[] none = {};
    long size = bytes.byteSize();
    if (size < HEADER + ENTRY + 8 || (size - HEADER - 8) % ENTRY != 0) {
      return none;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment expected = arena.allocate(HEADER, 8);
      header(expected, segment);
      expected.set(U64, 80, (size - HEADER - 8) / ENTRY);
      if (MemorySegment.mismatch(bytes, 0, HEADER, expected, 0, HEADER) != -1
          || bytes.get(U64, size - 8) != checksum(bytes)) {
        return none;
      }
    }
    long[] words = new long[Math.toIntExact((size - HEADER - 8) / 8)];
    long index = segment.firstIndex();
    long position = Layout.FIRST_FRAME - 1L;
    for (int i = 0; i < words.length; i++) {
      words[i] = bytes.get(U64, HEADER + 8L * i);
    }
    for (int i = 0; i < words.length; i += 3) {
      boolean fits =
          words[i] >= index
              && words[i] <= segment.lastIndex() + 1
              && words[i + 1] > position
              && words[i + 1] < segment.end()
              && (words[i + 1] & 7) == 0;
      if (!fits) {
        return none;
      }
      index = words[i];
      position = words[i + 1];
    }
    return words;
  }

  /// Removes the sidecar of a segment file that is about to go, if there is one.
  public static void delete(Path segmentFile, FileSystem files) throws StorageException {
    Path path = path(segmentFile);
    if (files.status(path).isFile()) {
      files.delete(path);
    }
  }

  /// Removes every sidecar, and every temporary of one, that does not stand beside a sealed segment
  /// of the log. For the writer only; durable when it returns.
  public static void clean(SegmentFiles log, SegmentSet segments) throws StorageException {
    Set<String> kept = new HashSet<>();
    for (Segment segment : segments.segments()) {
      if (segment.sealed()) {
        kept.add(segment.path().getFileName() + SUFFIX);
      }
    }
    boolean removed = false;
    for (String name : log.files().list(log.directory())) {
      if (isSidecar(log.prefix(), name) && !kept.contains(name)) {
        Path path = log.directory().resolve(name);
        if (log.files().status(path).isFile()) {
          log.files().delete(path);
          removed = true;
        }
      }
    }
    if (removed) {
      log.files().syncDirectory(log.directory());
    }
  }

  /// Returns whether a name is that of a sidecar of this prefix, or of a temporary of one.
  public static boolean isSidecar(String prefix, String name) {
    String base =
        name.endsWith(AtomicFile.TEMPORARY_SUFFIX)
            ? name.substring(0, name.length() - AtomicFile.TEMPORARY_SUFFIX.length())
            : name;
    if (!base.endsWith(SUFFIX)) {
      return false;
    }
    Optional<SegmentName> segment =
        SegmentName.parse(prefix, base.substring(0, base.length() - SUFFIX.length()));
    return segment.isPresent() && !segment.get().prepared();
  }
}
