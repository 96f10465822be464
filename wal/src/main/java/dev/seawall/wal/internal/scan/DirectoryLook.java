// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.scan;

import dev.seawall.io.FileStatus;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.FormatTooNewException;
import dev.seawall.wal.FormatTooOldException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.WalException;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.Strangers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The segment files of a directory and their headers, whatever their condition. Immutable.
///
/// @param ready files with a final name, by number
/// @param preparing files that were being prepared
/// @param names everything in the directory
/// @param mixed why not all files are of one log, each number once; null when they are
public record DirectoryLook(
    List<Look> ready,
    List<SegmentFiles.Entry> preparing,
    List<String> names,
    @Nullable CorruptException mixed) {
  private static final Pattern ANY_SEGMENT = Pattern.compile("(.+)-\\d{1,18}-\\d{1,18}\\.log");

  public DirectoryLook {
    ready = List.copyOf(ready);
    preparing = List.copyOf(preparing);
    names = List.copyOf(names);
  }

  /// One file.
  ///
  /// @param entry name and path
  /// @param bytes its length
  /// @param header null when there is a problem
  /// @param problem why it is not a segment of this log; null when it is one
  /// @param unreadable what the disk said, when that is the problem; else null
  public record Look(
      SegmentFiles.Entry entry,
      long bytes,
      @Nullable SegmentHeader header,
      @Nullable CorruptException problem,
      @Nullable StorageException unreadable) {
    /// Returns the segment number of its name.
    public long number() {
      return entry.number();
    }
  }

  /// Looks at a directory.
  ///
  /// @throws NotALogException when it is missing, not a directory, or holds no segment of the
  ///   prefix
  /// @throws FormatTooNewException when a newer version wrote any of the files
  /// @throws FormatTooOldException when this version no longer reads any of them
  public static DirectoryLook of(SegmentFiles files, IoQueue queue)
      throws StorageException, WalException {
    checkDirectory(files);
    List<String> names = files.files().list(files.directory());
    List<SegmentFiles.Entry> entries = new ArrayList<>();
    List<SegmentFiles.Entry> preparing = new ArrayList<>();
    for (SegmentFiles.Entry entry : files.entries(names)) {
      (entry.name().prepared() ? preparing : entries).add(entry);
    }
    if (entries.isEmpty() && preparing.isEmpty()) {
      throw noSegment(files, names);
    }
    Comparator<SegmentFiles.Entry> order =
        Comparator.comparingLong(SegmentFiles.Entry::number)
            .thenComparing(entry -> entry.path().toString());
    entries.sort(order);
    preparing.sort(order);
    List<Look> looks = new ArrayList<>();
    for (SegmentFiles.Entry entry : entries) {
      Look look = look(files, entry, queue);
      if (look != null) {
        looks.add(look);
      }
    }
    List<Look> single = refuseDoubles(refuseForeign(files, looks, queue));
    CorruptException mixed = null;
    for (int i = 0; i < single.size() && mixed == null; i++) {
      mixed = looks.get(i).header() == null ? null : single.get(i).problem();
    }
    return new DirectoryLook(single, preparing, names, mixed);
  }

  private static void checkDirectory(SegmentFiles files) throws StorageException, WalException {
    FileStatus status = files.files().status(files.directory());
    switch (status.kind()) {
      case DIRECTORY -> {}
      case MISSING ->
          throw new NotALogException(
              "open "
                  + files.directory()
                  + " read-only: there is no such directory. Check the path; opening for writing"
                  + " would create it",
              null);
      case FILE, OTHER ->
          throw new NotALogException(
              "open "
                  + files.directory()
                  + " read-only: expected a directory, found a "
                  + (status.isFile() ? "file" : "link or device")
                  + ". Name the directory that holds the segment files",
              null);
    }
  }

  private static NotALogException noSegment(SegmentFiles files, List<String> names) {
    String other = null;
    for (String name : names) {
      var match = ANY_SEGMENT.matcher(name);
      if (match.matches()) {
        other = match.group(1);
      }
    }
    return new NotALogException(
        "open "
            + files.directory()
            + " read-only: expected files named "
            + files.prefix()
            + "-<millis>-<number>.log, found none of them among "
            + names.size()
            + " names. "
            + (other == null
                ? "Check the path"
                : "There are files of prefix '" + other + "': open it with that prefix"),
        null);
  }

  private static @Nullable Look look(SegmentFiles files, SegmentFiles.Entry entry, IoQueue queue)
      throws WalException {
    long bytes = 0;
    try {
      FileStatus status = files.status(entry.path());
      if (status.isMissing()) {
        return null; // A writer removed or reused it since the directory was listed.
      }
      bytes = status.bytes();
      return new Look(entry, bytes, files.header(entry, queue), null, null);
    } catch (CorruptException e) {
      return new Look(entry, bytes, null, e, null);
    } catch (StorageException e) {
      return new Look(
          entry,
          bytes,
          null,
          new CorruptException(entry.path(), 0, 0, "it cannot be read: " + e.getMessage()),
          e);
    }
  }

  /// Most files say which log it is; one of another log is not part of it.
  private static List<Look> refuseForeign(SegmentFiles files, List<Look> looks, IoQueue queue)
      throws StorageException {
    Map<SegmentFiles.Entry, SegmentHeader> headers = new LinkedHashMap<>();
    for (Look look : looks) {
      if (look.header() != null) {
        headers.put(look.entry(), look.header());
      }
    }
    Set<SegmentFiles.Entry> strangers = Strangers.find(files, headers, queue);
    if (strangers.isEmpty()) {
      return looks;
    }
    List<Look> judged = new ArrayList<>();
    for (Look look : looks) {
      SegmentHeader header = look.header();
      judged.add(
          header == null || !strangers.contains(look.entry())
              ? look
              : refused(
                  look,
                  "it belongs to log "
                      + logId(header)
                      + ", the other files to another one; move it away"));
    }
    return judged;
  }

  /// Of two files with one number the first sound one counts.
  private static List<Look> refuseDoubles(List<Look> looks) {
    Map<Long, Path> taken = new HashMap<>();
    for (Look look : looks) {
      if (look.header() != null) {
        taken.putIfAbsent(look.number(), look.entry().path());
      }
    }
    List<Look> judged = new ArrayList<>();
    for (Look look : looks) {
      Path first = taken.get(look.number());
      judged.add(
          look.header() == null || look.entry().path().equals(first)
              ? look
              : refused(
                  look,
                  "segment number "
                      + look.number()
                      + " stands twice, also in "
                      + (first == null ? "?" : first.getFileName())
                      + "; move one of them away"));
    }
    return judged;
  }

  private static Look refused(Look look, String why) {
    return new Look(
        look.entry(),
        look.bytes(),
        null,
        new CorruptException(look.entry().path(), 0, 0, why),
        null);
  }

  /// Returns a log id as 32 hexadecimal digits.
  public static String logId(SegmentHeader header) {
    return "%016x%016x".formatted(header.key().logIdHigh(), header.key().logIdLow());
  }

  /// Returns the sound file of a number; null when there is none.
  public @Nullable Look sound(long number) {
    for (Look look : ready) {
      if (look.number() == number && look.header() != null) {
        return look;
      }
    }
    return null;
  }

  /// Returns any file of a number; null when there is none.
  public @Nullable Look any(long number) {
    Look sound = sound(number);
    if (sound != null) {
      return sound;
    }
    for (Look look : ready) {
      if (look.number() == number) {
        return look;
      }
    }
    return null;
  }
}
