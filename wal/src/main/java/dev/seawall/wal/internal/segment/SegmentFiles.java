// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.segment;

import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.FormatTooNewException;
import dev.seawall.wal.FormatTooOldException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.frame.FormatVersion;
import dev.seawall.wal.internal.frame.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The segment files of one log directory: listing, opening, reading headers. Stateless but for its
/// place; thread-safe.
///
/// A sealed segment may be compressed: then `<segment file>.gz` or `.zst` stands in its place, and
/// is listed, opened and measured here under the name of the segment file. When both are there, the
/// compressed one does not exist.
///
/// @param files the door to disks
/// @param directory of the log
/// @param prefix of its names
/// @param codec what restores compressed segment files; null when only gzip is known
public record SegmentFiles(
    FileSystem files, Path directory, String prefix, @Nullable RecordCodec codec) {
  /// Makes one that knows no codec.
  public SegmentFiles(FileSystem files, Path directory, String prefix) {
    this(files, directory, prefix, null);
  }

  /// One file of the listing.
  ///
  /// @param name as parsed
  /// @param path in the directory, of the segment file, also when a compressed one stands there
  public record Entry(SegmentName name, Path path) {
    /// Returns the segment number.
    public long number() {
      return name.number();
    }
  }

  /// What the directory holds.
  ///
  /// @param ready files with a final name, by number
  /// @param preparing files that were being prepared, by number
  public record Listing(List<Entry> ready, List<Entry> preparing) {
    /// Returns the highest number of any name; 0 when there is none.
    public long highestNumber() {
      long ready = this.ready.isEmpty() ? 0 : this.ready.getLast().number();
      long preparing = this.preparing.isEmpty() ? 0 : this.preparing.getLast().number();
      return Math.max(ready, preparing);
    }
  }

  /// Lists the log's files; foreign names are left out.
  ///
  /// @throws CorruptException when two files have one number
  public Listing list() throws StorageException, WalException {
    List<Entry> ready = new ArrayList<>();
    List<Entry> preparing = new ArrayList<>();
    for (Entry entry : entries(files.list(directory))) {
      (entry.name().prepared() ? preparing : ready).add(entry);
    }
    for (int i = 1; i < ready.size(); i++) {
      if (ready.get(i).number() == ready.get(i - 1).number()) {
        throw new CorruptException(
            ready.get(i).path(),
            0,
            0,
            "segment number "
                + ready.get(i).number()
                + " stands twice, also in "
                + ready.get(i - 1).path().getFileName());
      }
    }
    return new Listing(ready, preparing);
  }

  /// Returns the log's files among some names, by number; one for a segment file and its compressed
  /// one.
  public List<Entry> entries(List<String> names) {
    Map<String, Entry> found = new HashMap<>();
    for (String fileName : names) {
      String raw = CompressedSegments.rawName(fileName);
      SegmentName.parse(prefix, raw)
          .filter(name -> raw.equals(fileName) || !name.prepared())
          .ifPresent(name -> found.put(raw, new Entry(name, directory.resolve(raw))));
    }
    return found.values().stream()
        .sorted(
            Comparator.comparingLong(Entry::number).thenComparing(entry -> entry.path().toString()))
        .toList();
  }

  /// Opens a segment file, compressed or not, for reading; `queue` is not used by blocking reads.
  public StorageFile openForReading(Path path, IoQueue queue) throws StorageException {
    try {
      return files.open(path, FileSystem.OpenMode.READ, queue);
    } catch (StorageException e) {
      if (!files.status(path).isMissing()) {
        throw e;
      }
      StorageFile compressed = CompressedSegments.open(this, path, queue);
      if (compressed == null) {
        throw e;
      }
      return compressed;
    }
  }

  /// Returns what stands at the path of a segment file: of a compressed one the kind and the length
  /// that it had.
  public FileStatus status(Path path) throws StorageException {
    FileStatus raw = files.status(path);
    return raw.isMissing() ? CompressedSegments.status(this, path) : raw;
  }

  /// Reads and judges the header of a segment that should be there.
  ///
  /// @throws CorruptException when it is missing, not a file, foreign, damaged, or another
  ///   segment's
  /// @throws FormatTooNewException when a newer version wrote it
  /// @throws FormatTooOldException when this version no longer reads it
  public SegmentHeader header(Entry entry, IoQueue queue) throws StorageException, WalException {
    CompressedSegments.requireCodec(this, entry.path());
    FileStatus status = status(entry.path());
    if (!status.isFile()) {
      throw corrupt(
          entry, "expected a segment file, found " + status.kind().name().toLowerCase(Locale.ROOT));
    }
    try (StorageFile file = openForReading(entry.path(), queue);
        Arena arena = Arena.ofConfined()) {
      if (file instanceof CompressedFile compressed && compressed.problem() != null) {
        throw corrupt(entry, compressed.problem());
      }
      MemorySegment block = arena.allocate(SegmentHeader.BYTES);
      long length = readFully(file, 0, block);
      SegmentHeader header = judge(entry, SegmentHeader.parse(block, length));
      if (header.number() != entry.number()) {
        throw corrupt(entry, "the header says segment number " + header.number());
      }
      if (status.bytes() < header.fileBytes()) {
        throw corrupt(
            entry,
            "the file has " + status.bytes() + " bytes, its header says " + header.fileBytes());
      }
      if (header.fileBytes() < 2L * Layout.BLOCK || header.fileBytes() % Layout.BLOCK != 0) {
        throw corrupt(
            entry,
            "the header says " + header.fileBytes() + " bytes, and no segment has that length");
      }
      return header;
    }
  }

  private static SegmentHeader judge(Entry entry, SegmentHeader.Parsed parsed) throws WalException {
    return switch (parsed) {
      case SegmentHeader.Parsed.Good good -> good.header();
      case SegmentHeader.Parsed.TooNew tooNew ->
          throw new FormatTooNewException(
              "open "
                  + entry.path()
                  + ": format version "
                  + tooNew.version()
                  + ", unknown features "
                  + Integer.toHexString(tooNew.unknownFeatures())
                  + "; this program reads up to version "
                  + FormatVersion.CURRENT
                  + ". Open it with a newer Seawall",
              null);
      case SegmentHeader.Parsed.TooOld tooOld ->
          throw new FormatTooOldException(
              "open "
                  + entry.path()
                  + ": format version "
                  + tooOld.version()
                  + "; this program reads from version "
                  + FormatVersion.OLDEST
                  + ". Open it with an older Seawall",
              null);
      case SegmentHeader.Parsed.Bad bad -> throw corrupt(entry, bad.why());
    };
  }

  private static CorruptException corrupt(Entry entry, String why) {
    return new CorruptException(entry.path(), 0, 0, why);
  }

  /// Reads until `target` is full or the file ends; returns the bytes read.
  public static long readFully(StorageFile file, long position, MemorySegment target)
      throws StorageException {
    long done = 0;
    while (done < target.byteSize()) {
      int read = file.read(position + done, target.asSlice(done));
      if (read <= 0) {
        break;
      }
      done += read;
    }
    return done;
  }
}
