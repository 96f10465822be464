// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import dev.seawall.wal.internal.frame.FrameReader;
import dev.seawall.wal.internal.frame.FrameScanner;
import dev.seawall.wal.internal.frame.FrameType;
import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.frame.Promise;
import dev.seawall.wal.internal.segment.SegmentHeader;
import dev.seawall.wal.internal.segment.SegmentName;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A log on a simulated machine whose files a test reads frame by frame, and hurts.
final class CrashLab {
  static final Path DIRECTORY = WalSubject.DIRECTORY;

  /// A valid frame of a file.
  record Frame(
      Path file,
      long position,
      long end,
      FrameType type,
      long epoch,
      long index,
      @Nullable Promise promise) {}

  final SimMachine machine;
  final WalOptions options;

  CrashLab(Seed seed) {
    this(seed, SimOptions.defaults(), tiny());
  }

  CrashLab(Seed seed, SimOptions sim, WalOptions options) {
    this.machine = new SimMachine(seed, sim);
    this.options = options;
  }

  /// Segments of the smallest size that there is.
  static WalOptions tiny() {
    return WalSubject.smallOptions().withSegmentBytes(64 << 10).withFirstSegmentBytes(64 << 10);
  }

  WriteAheadLog open() throws WalException, StorageException {
    return WriteAheadLog.open(DIRECTORY, options, machine.machine());
  }

  ReadOnlyLog openForReading() throws WalException, StorageException {
    return ReadOnlyLog.open(DIRECTORY, options, machine.machine());
  }

  /// The payload of a record: its index again and again, of any length.
  static byte[] payload(long index, int bytes) {
    byte[] payload = new byte[bytes];
    byte[] text = ("<" + index + ">").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes; i++) {
      payload[i] = text[i % text.length];
    }
    return payload;
  }

  /// Appends a record and returns when it is durable. Its timestamp is always the same, so that a
  /// retry gives the same frame.
  static long append(WriteAheadLog log, long index, int bytes)
      throws WalException, InterruptedException {
    return append(log, index, bytes, Durability.SYNCED);
  }

  static long append(WriteAheadLog log, long index, int bytes, Durability durability)
      throws WalException, InterruptedException {
    byte[] payload = payload(index, bytes);
    long got = log.append(payload, 0, bytes, 1_000, durability);
    check(got == index, "appended " + index + " as " + got);
    return got;
  }

  /// Reads every record and checks it against [#payload]; returns the last index.
  static long verify(WriteAheadLog log, long first) throws WalException, StorageException {
    try (WalReader reader = log.reader(first)) {
      return verify(reader, first);
    }
  }

  static long verify(WalReader reader, long first) throws WalException, StorageException {
    long next = first;
    while (reader.next()) {
      check(reader.index() == next, "record " + reader.index() + " instead of " + next);
      byte[] found = reader.payloadBytes();
      check(Arrays.equals(found, payload(next, found.length)), "record " + next + ": other bytes");
      next++;
    }
    return next - 1;
  }

  /// Opens, checks that the log ends between two records, appends one, closes, opens once more.
  void reopenAndVerify(long acknowledged, long accepted) throws Exception {
    long last;
    try (WriteAheadLog log = open()) {
      last = verify(log, log.firstIndex());
      check(last >= acknowledged, "lost: " + acknowledged + " acknowledged, " + last + " there");
      check(last <= accepted, "appeared: " + accepted + " accepted, " + last + " there");
      check(log.durableIndex() == last, "kept, and not durable: " + last);
      append(log, last + 1, 50);
    }
    try (WriteAheadLog log = open()) {
      check(verify(log, log.firstIndex()) == last + 1, "an append behind the cut is gone");
    }
  }

  /// The same, when a crash that was planned for before may still be to come.
  void reopenAndVerifyInSpiteOfACrash(long acknowledged, long accepted) throws Exception {
    try {
      reopenAndVerify(acknowledged, accepted);
    } catch (SimCrash _) {
      reopenAndVerify(acknowledged, accepted + 1);
    }
  }

  static void check(boolean held, String otherwise) {
    if (!held) {
      throw new AssertionError(otherwise);
    }
  }

  /// Returns the segment files with a final name, by number.
  List<Path> segments() {
    List<Path> paths = new ArrayList<>();
    for (Path path : machine.disk().files().keySet()) {
      if (number(path).isPresent()) {
        paths.add(path);
      }
    }
    paths.sort(Comparator.comparing(path -> number(path).orElseThrow()));
    return paths;
  }

  /// Returns a segment's number by its name; empty for anything but a final segment name.
  Optional<Long> number(Path path) {
    Path name = path.getFileName();
    return name == null || !DIRECTORY.equals(path.getParent())
        ? Optional.empty()
        : SegmentName.parse(options.prefix(), name.toString())
            .filter(parsed -> !parsed.prepared())
            .map(SegmentName::number);
  }

  /// Returns the newest segment that holds a valid frame.
  Path tail() {
    for (Path path : segments().reversed()) {
      if (!frames(path).isEmpty()) {
        return path;
      }
    }
    throw new AssertionError("no segment has a frame");
  }

  /// Returns every valid frame of a file, in order of position, belonging or not.
  List<Frame> frames(Path file) {
    byte[] bytes = bytes(file);
    return header(file).map(header -> frames(file, bytes, header)).orElse(List.of());
  }

  /// Returns every frame of some bytes that is valid for a header.
  static List<Frame> frames(Path file, byte[] bytes, SegmentHeader header) {
    FrameReader reader = new FrameReader(header.key(), header.number(), bytes.length, 1 << 20);
    reader.over(MemorySegment.ofArray(bytes), 0, bytes.length);
    List<Frame> frames = new ArrayList<>();
    FrameScanner.search(
        reader,
        Layout.FIRST_FRAME,
        bytes.length,
        frame ->
            frames.add(
                new Frame(
                    file,
                    frame.position(),
                    frame.end(),
                    frame.type(),
                    frame.epoch(),
                    frame.index(),
                    frame.promise())));
    return frames;
  }

  /// Returns the frame of a record, wherever it stands; the one of the highest epoch.
  Frame record(long index) {
    Frame found = null;
    for (Path path : segments()) {
      for (Frame frame : frames(path)) {
        if (frame.type() == FrameType.RECORD
            && frame.index() == index
            && (found == null || frame.epoch() >= found.epoch())) {
          found = frame;
        }
      }
    }
    check(found != null, "no frame of record " + index);
    return java.util.Objects.requireNonNull(found);
  }

  /// Returns the highest promise in any frame.
  Promise promise() {
    Promise highest = Promise.NONE;
    for (Path path : segments()) {
      for (Frame frame : frames(path)) {
        Promise made = frame.promise();
        if (made != null && made.compareTo(highest) > 0) {
          highest = made;
        }
      }
    }
    return highest;
  }

  Optional<SegmentHeader> header(Path file) {
    byte[] bytes = bytes(file);
    SegmentHeader.Parsed parsed = SegmentHeader.parse(MemorySegment.ofArray(bytes), bytes.length);
    return parsed instanceof SegmentHeader.Parsed.Good good
        ? Optional.of(good.header())
        : Optional.empty();
  }

  byte[] bytes(Path file) {
    ByteBuffer contents = machine.disk().contents(file);
    byte[] bytes = new byte[contents.remaining()];
    contents.get(bytes);
    return bytes;
  }

  void put(Path file, byte[] bytes) {
    machine.disk().replaceForeign(file, ByteBuffer.wrap(bytes));
  }

  /// Returns every file with its bytes.
  Map<Path, byte[]> snapshot() {
    Map<Path, byte[]> all = new TreeMap<>();
    for (Path path : machine.disk().files().keySet()) {
      all.put(path, bytes(path));
    }
    return all;
  }

  /// Puts the disk back to a snapshot; nothing may be open.
  void restore(Map<Path, byte[]> snapshot) {
    for (Path path : List.copyOf(machine.disk().files().keySet())) {
      if (!snapshot.containsKey(path)) {
        machine.disk().deleteForeign(path);
      }
    }
    snapshot.forEach((path, bytes) -> {
      if (!machine.disk().files().containsKey(path) || !Arrays.equals(bytes(path), bytes)) {
        put(path, bytes);
      }
    });
  }

  /// Overwrites part of a file with zeros, on the medium and in the cache.
  void zero(Path file, long from, long to) {
    byte[] bytes = bytes(file);
    Arrays.fill(bytes, Math.toIntExact(from), Math.toIntExact(to), (byte) 0);
    put(file, bytes);
  }
}
