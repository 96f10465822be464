// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileSystem;
import dev.seawall.io.FileSystem.OpenMode;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/// The simplest log that keeps every invariant: one file, one block or more a batch, rewritten at
/// every opening. Each [Flaw] takes one protection away, and the matrix must notice.
final class ToyLog implements Subject.Log {
  /// What a toy does wrong.
  enum Flaw {
    ACKNOWLEDGES_BEFORE_THE_SYNC,
    NEVER_SYNCS_THE_DIRECTORY,
    RENAMES_BEFORE_THE_SYNC,
    TRUSTS_READABLE_BYTES_AT_OPEN,
    TRIES_A_FAILED_SYNC_AGAIN,
    GOES_ON_AFTER_A_FAILURE,
    INVENTS_A_RECORD,
    KEEPS_HALF_A_BATCH,
    SHOWS_WHAT_IS_NOT_DURABLE,
    SWAPS_TWO_RECORDS,
    CHECKS_NO_CHECKSUM,
    DROPS_IN_SILENCE,
    KEEPS_THE_CALLERS_ARRAYS,
    FORGETS_THE_LOCK_WHEN_OPENING_FAILS
  }

  /// Wrong bytes where right ones were.
  static final class Damage extends IOException {
    private static final long serialVersionUID = 1L;

    Damage(String message) {
      super(message);
    }
  }

  /// The log had failed before: nothing was appended.
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused() {
      super("the log failed; reopen it");
    }
  }

  /// The adapter.
  record Toy(Set<Flaw> flaws) implements Subject {
    Toy(Flaw... flaws) {
      this(flaws.length == 0 ? EnumSet.noneOf(Flaw.class) : EnumSet.of(flaws[0], flaws));
    }

    @Override
    public Log open(SimMachine machine) throws IOException {
      return new ToyLog(machine.machine().files(), flaws);
    }

    @Override
    public boolean reportsDamage(IOException failure) {
      return failure instanceof Damage;
    }

    @Override
    public Outcome outcomeOf(IOException failure) {
      return failure instanceof Refused ? Outcome.NOT_APPENDED : Outcome.UNKNOWN;
    }
  }

  private static final int BLOCK = StorageFile.BLOCK_BYTES;
  private static final int HEADER_BYTES = 32;
  private static final int MAGIC = 0x746f7921;
  private static final Path DIRECTORY = Path.of("/toy");
  private static final Path FILE = DIRECTORY.resolve("log");
  private static final Path TEMPORARY = DIRECTORY.resolve("log.tmp");

  private final FileSystem files;
  private final Set<Flaw> flaws;
  private final IoQueue queue;
  private final DirectoryLock lock;
  private final List<List<byte[]>> batches = new ArrayList<>();
  private StorageFile file;
  private long firstIndex = 1;
  private long lastIndex;
  private long durableIndex;
  private long end;
  private boolean failed;
  private boolean toldLoss;

  private ToyLog(FileSystem files, Set<Flaw> flaws) throws IOException {
    this.files = files;
    this.flaws = flaws;
    this.queue = files.newQueue();
    files.createDirectories(DIRECTORY);
    this.lock = files.lock(DIRECTORY);
    boolean done = false;
    try {
      if (files.status(FILE).isFile()) {
        recover();
      }
      if (flaws.contains(Flaw.TRUSTS_READABLE_BYTES_AT_OPEN) && files.status(FILE).isFile()) {
        file = files.open(FILE, OpenMode.WRITE, queue);
      } else {
        rewrite();
      }
      durableIndex = lastIndex;
      done = true;
    } finally {
      if (!done && !flaws.contains(Flaw.FORGETS_THE_LOCK_WHEN_OPENING_FAILS)) {
        lock.close();
      }
    }
  }

  private void recover() throws IOException {
    ByteBuffer bytes = readFile();
    end = BLOCK;
    if (bytes.remaining() < BLOCK
        || bytes.getInt(0) != MAGIC
        || bytes.getInt(4) != crc(bytes, 8, 16)) {
      throw new Damage("the header of " + FILE + " is wrong");
    }
    firstIndex = bytes.getLong(16);
    lastIndex = firstIndex - 1;
    long salt = bytes.getLong(8);
    int position = BLOCK;
    while (position < bytes.limit()) {
      List<byte[]> batch = decode(bytes, position, salt);
      if (batch == null) {
        break;
      }
      batches.add(batch);
      lastIndex += batch.size();
      position += bytes.getInt(position + 8);
    }
    end = position;
    for (int i = position; i < bytes.limit(); i++) {
      toldLoss |= bytes.get(i) != 0 && !flaws.contains(Flaw.DROPS_IN_SILENCE);
    }
  }

  private ByteBuffer readFile() throws IOException {
    try (StorageFile reading = files.open(FILE, OpenMode.READ, queue);
        Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(Math.max(1, reading.size()));
      int length = reading.read(0, target.asSlice(0, reading.size()));
      byte[] copy = new byte[length];
      MemorySegment.copy(target, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, copy, 0, length);
      return ByteBuffer.wrap(copy);
    }
  }

  /// Returns the batch at a position; null when none is there.
  private List<byte[]> decode(ByteBuffer bytes, int position, long salt) {
    if (bytes.limit() - position < BLOCK || bytes.getInt(position) != MAGIC) {
      return null;
    }
    int length = bytes.getInt(position + 8);
    int count = bytes.getInt(position + 12);
    boolean unchecked = flaws.contains(Flaw.CHECKS_NO_CHECKSUM);
    if (length < BLOCK
        || length > bytes.limit() - position
        || count < 1
        || count > length
        || bytes.getLong(position + 16) != lastIndex + 1
        || bytes.getLong(position + 24) != salt) {
      return null;
    }
    boolean whole = bytes.getInt(position + 4) == crc(bytes, position + 8, length - 8);
    if (!whole && !unchecked && !flaws.contains(Flaw.KEEPS_HALF_A_BATCH)) {
      return null;
    }
    List<byte[]> batch = new ArrayList<>();
    int at = position + HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      int size = bytes.getInt(at);
      if (size < 0 || size > position + length - at - 8) {
        return null;
      }
      if (!unchecked && bytes.getInt(at + 4) != crc(bytes, at + 8, size)) {
        return batch.isEmpty() ? null : batch;
      }
      byte[] payload = new byte[size];
      bytes.get(at + 8, payload);
      batch.add(payload);
      at += 8 + size;
    }
    return batch;
  }

  private static ByteBuffer encode(List<byte[]> batch, long first, long salt) {
    int length = HEADER_BYTES;
    for (byte[] payload : batch) {
      length += 8 + payload.length;
    }
    length = (length + BLOCK - 1) / BLOCK * BLOCK;
    ByteBuffer bytes = ByteBuffer.allocate(length);
    bytes.putInt(0, MAGIC).putInt(8, length).putInt(12, batch.size());
    bytes.putLong(16, first).putLong(24, salt);
    int at = HEADER_BYTES;
    for (byte[] payload : batch) {
      bytes.putInt(at, payload.length).put(at + 8, payload);
      bytes.putInt(at + 4, crc(bytes, at + 8, payload.length));
      at += 8 + payload.length;
    }
    return bytes.putInt(4, crc(bytes, 8, length - 8));
  }

  private static int crc(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(from, length));
    return (int) crc.getValue();
  }

  private long salt() {
    return firstIndex * 31 + 7;
  }

  /// Writes everything to a new file and puts it in the place of the old one.
  private void rewrite() throws IOException {
    if (file != null) {
      file.close();
    }
    if (files.status(TEMPORARY).isFile()) {
      files.delete(TEMPORARY);
    }
    file = files.open(TEMPORARY, OpenMode.CREATE, queue);
    ByteBuffer header = ByteBuffer.allocate(BLOCK);
    header.putInt(0, MAGIC).putLong(8, salt()).putLong(16, firstIndex);
    header.putInt(4, crc(header, 8, 16));
    put(0, header);
    end = BLOCK;
    long first = firstIndex;
    for (List<byte[]> batch : batches) {
      ByteBuffer bytes = encode(batch, first, salt());
      put(end, bytes);
      end += bytes.capacity();
      first += batch.size();
    }
    if (!flaws.contains(Flaw.RENAMES_BEFORE_THE_SYNC)) {
      file.sync();
    }
    files.rename(TEMPORARY, FILE);
    if (!flaws.contains(Flaw.NEVER_SYNCS_THE_DIRECTORY)) {
      files.syncDirectory(DIRECTORY);
    }
    lastIndex = first - 1;
    durableIndex = lastIndex;
  }

  private void put(long position, ByteBuffer bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(bytes.capacity(), BLOCK);
      source.copyFrom(MemorySegment.ofBuffer(bytes.duplicate().clear()));
      file.write(position, source);
    }
  }

  @Override
  public Subject.Receipt append(List<byte[]> batch, int durability) throws IOException {
    refuseIfFailed();
    boolean keeps = flaws.contains(Flaw.KEEPS_THE_CALLERS_ARRAYS);
    List<byte[]> kept = keeps ? batch : batch.stream().map(byte[]::clone).toList();
    ByteBuffer bytes = encode(batch, lastIndex + 1, salt());
    try {
      put(end, bytes);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
    end += bytes.capacity();
    batches.add(kept);
    lastIndex += batch.size();
    long index = lastIndex;
    if (durability == 0) {
      sync();
    }
    return new Subject.Receipt() {
      @Override
      public Subject.Outcome outcome() {
        return index <= durableIndex
            ? Subject.Outcome.DURABLE
            : failed ? Subject.Outcome.UNKNOWN : Subject.Outcome.PENDING;
      }

      @Override
      public long lastIndex() {
        return index;
      }
    };
  }

  private void refuseIfFailed() throws IOException {
    if (failed && !flaws.contains(Flaw.GOES_ON_AFTER_A_FAILURE)) {
      throw new Refused();
    }
    if (failed) {
      file.close();
      file = files.open(FILE, OpenMode.WRITE, queue);
    }
  }

  @Override
  public void sync() throws IOException {
    refuseIfFailed();
    try {
      if (!flaws.contains(Flaw.ACKNOWLEDGES_BEFORE_THE_SYNC)) {
        file.sync();
      }
    } catch (IOException e) {
      if (flaws.contains(Flaw.TRIES_A_FAILED_SYNC_AGAIN)) {
        file.close();
        file = files.open(FILE, OpenMode.WRITE, queue);
        file.sync();
      } else {
        failed = true;
        throw e;
      }
    }
    durableIndex = lastIndex;
  }

  @Override
  public long durableIndex() {
    return durableIndex;
  }

  @Override
  public void read(Subject.RecordSink sink) throws IOException {
    long index = firstIndex;
    if (flaws.contains(Flaw.INVENTS_A_RECORD) && lastIndex % 5 == 4) {
      sink.record(index++, new byte[3]);
    }
    boolean swaps = flaws.contains(Flaw.SWAPS_TWO_RECORDS) && batches.size() > 3;
    for (int i = 0; i < batches.size(); i++) {
      for (byte[] payload : batches.get(swaps && i < 2 ? 1 - i : i)) {
        if (index <= durableIndex || flaws.contains(Flaw.SHOWS_WHAT_IS_NOT_DURABLE)) {
          sink.record(index++, payload);
        }
      }
    }
  }

  @Override
  public boolean isFailed() {
    return failed;
  }

  @Override
  public boolean toldLoss() {
    return toldLoss;
  }

  @Override
  public boolean truncatePrefix(long firstIndexKept) throws IOException {
    while (firstIndex < firstIndexKept) {
      List<byte[]> first = batches.removeFirst();
      int dropped = (int) Math.min(first.size(), firstIndexKept - firstIndex);
      if (dropped < first.size()) {
        batches.addFirst(first.subList(dropped, first.size()));
      }
      firstIndex += dropped;
    }
    return replaced();
  }

  @Override
  public boolean truncateSuffix(long lastIndexKept) throws IOException {
    while (lastIndex > lastIndexKept) {
      lastIndex -= batches.removeLast().size();
    }
    return replaced();
  }

  private boolean replaced() throws IOException {
    try {
      rewrite();
      return true;
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (!failed) {
        sync();
      }
    } finally {
      file.close();
      queue.close();
      lock.close();
    }
  }
}
