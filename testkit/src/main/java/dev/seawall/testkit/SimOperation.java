// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.DiskFullException;
import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One write or sync between its submission and the poll that reports it.
///
/// It passes three moments, each drawn from the seed: the source is *taken*, the images *change*,
/// the caller is *told*. Nothing reads the source after it was taken.
@SuppressWarnings(
    "ReferenceEquality") // Pages are shared and never changed: their identity is what is meant.
final class SimOperation {
  final SimFile file;
  final Verb verb;
  final @Nullable IoTicket ticket;
  private final SimInode inode;
  private final SimDisk disk;
  private final long position;
  private final int firstPage;
  private final int pages;
  private @Nullable MemorySegment source;
  private byte @Nullable [][] taken;
  private byte @Nullable [] @Nullable [] replaced;
  private SimInode.@Nullable Capture covered;
  private @Nullable Fault fault;
  private @Nullable StorageException failure;
  private boolean applied;
  private int storedFrom;
  private int storedTo;

  /// A write.
  SimOperation(
      SimFile file,
      SimInode inode,
      Verb verb,
      @Nullable IoTicket ticket,
      long position,
      MemorySegment source) {
    this.file = file;
    this.inode = inode;
    this.disk = file.disk();
    this.verb = verb;
    this.ticket = ticket;
    this.position = position;
    this.firstPage = Math.toIntExact(position / Pages.PAGE);
    this.pages = Math.toIntExact(source.byteSize() / Pages.PAGE);
    this.source = source;
  }

  /// A store into one page through a window, from `offset` on; its bytes are taken now.
  static SimOperation store(
      SimFile file, SimInode inode, long position, int offset, MemorySegment piece) {
    SimOperation store = new SimOperation(file, inode, Verb.STORE, position);
    int length = Math.toIntExact(piece.byteSize());
    byte[] page = Pages.orZero(inode.cachedPage(store.firstPage)).clone();
    MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, page, offset, length);
    store.taken = new byte[][] {page};
    store.storedFrom = offset;
    store.storedTo = offset + length;
    return store;
  }

  private SimOperation(SimFile file, SimInode inode, Verb verb, long position) {
    this.file = file;
    this.inode = inode;
    this.disk = file.disk();
    this.verb = verb;
    this.ticket = null;
    this.position = position;
    this.firstPage = Math.toIntExact(position / Pages.PAGE);
    this.pages = 1;
  }

  /// A sync; what it covers is decided now.
  SimOperation(SimFile file, SimInode inode, @Nullable IoTicket ticket) {
    this(file, inode, ticket, inode.capture(file.disk().random()));
  }

  /// A sync of what was captured.
  SimOperation(SimFile file, SimInode inode, @Nullable IoTicket ticket, SimInode.Capture covered) {
    this.file = file;
    this.inode = inode;
    this.disk = file.disk();
    this.verb = Verb.SYNC;
    this.ticket = ticket;
    this.position = 0;
    this.firstPage = 0;
    this.pages = 0;
    this.covered = covered;
  }

  /// An operation that was refused; its ticket tells.
  SimOperation(SimFile file, SimInode inode, Verb verb, IoTicket ticket, StorageException refusal) {
    this.file = file;
    this.inode = inode;
    this.disk = file.disk();
    this.verb = verb;
    this.ticket = ticket;
    this.position = 0;
    this.firstPage = 0;
    this.pages = 0;
    this.failure = refusal;
    this.applied = true;
  }

  void goesWrong(@Nullable Fault fault) {
    this.fault = fault;
  }

  boolean isWrite() {
    return verb != Verb.SYNC;
  }

  boolean overlaps(long from, long to) {
    return isWrite() && from < position + (long) pages * Pages.PAGE && position < to;
  }

  @Nullable StorageException failure() {
    return failure;
  }

  /// Takes the bytes, if that has not happened.
  void take() {
    MemorySegment from = source;
    if (from == null || !isWrite()) {
      return;
    }
    byte[][] bytes = new byte[pages][];
    try {
      for (int i = 0; i < pages; i++) {
        bytes[i] = Pages.take(from, (long) i * Pages.PAGE);
      }
    } catch (IllegalStateException e) {
      throw new AssertionError(
          "the memory of a write to " + file.path() + " was freed while the write was in flight",
          e);
    }
    taken = bytes;
    source = null;
  }

  /// Changes the images, if that has not happened.
  void apply() {
    if (applied) {
      return;
    }
    applied = true;
    take();
    if (isWrite()) {
      applyWrite();
    } else {
      applySync();
    }
  }

  private void applySync() {
    SimInode.Capture capture = covered;
    if (capture == null || fault instanceof Fault.LyingSync) {
      return;
    }
    if (fault == null) {
      inode.sync(capture, disk.random());
    } else {
      inode.failSync(capture, disk.random());
      failure = ioError();
    }
  }

  private void applyWrite() {
    int needed = 0;
    for (int i = 0; i < pages; i++) {
      if (!inode.isAllocated(firstPage + i)) {
        needed++;
      }
    }
    if (fault == null && !disk.allocate(needed, pages)) {
      applySome(true);
      failure = verb == Verb.STORE ? ioError() : diskFull(file.path(), verb);
      return;
    }
    switch (fault) {
      case null -> applyAt(firstPage);
      case Fault.LostWrite _ -> inode.grow(end());
      case Fault.MisdirectedWrite misdirected -> {
        int page = firstPage + misdirected.blocks();
        inode.grow(end());
        if (page >= 0 && page + pages <= Pages.count(inode.size())) {
          applyAt(page);
        }
      }
      default -> {
        applySome(false);
        failure = ioError();
      }
    }
  }

  private void applyAt(int page) {
    byte[][] bytes = taken();
    RandomGenerator random = disk.random();
    byte[] @Nullable [] before = new byte[pages][];
    replaced = before;
    for (int i = 0; i < pages; i++) {
      before[i] = inode.cachedPage(page + i);
      inode.put(page + i, bytes[i], random);
    }
    inode.grow((long) (page + pages) * Pages.PAGE);
    if (verb == Verb.DURABLE_WRITE) {
      for (int i = 0; i < pages; i++) {
        inode.harden(page + i, Pages.ALL_SECTORS);
      }
      inode.hardenSize((long) (page + pages) * Pages.PAGE);
    }
  }

  /// Writes each sector by coin: all that is left of a write that failed or was cut short by a
  /// death.
  private void applySome(boolean onlyAllocated) {
    byte[][] bytes = taken();
    RandomGenerator random = disk.random();
    if (verb == Verb.STORE) {
      storeSome(bytes[0], random);
      return;
    }
    byte[] @Nullable [] kept = new byte[pages][];
    replaced = kept;
    // Half of the partial writes are a beginning, as a device usually leaves it; the others have
    // holes.
    int reach = random.nextBoolean() ? random.nextInt(pages + 1) : pages;
    for (int i = 0; i < reach; i++) {
      int page = firstPage + i;
      byte[] before = inode.cachedPage(page);
      kept[i] = before;
      if (before == null && onlyAllocated) {
        continue;
      }
      int sectors = reach == pages || i == reach - 1 ? random.nextInt() : Pages.ALL_SECTORS;
      byte[] mixed = Pages.mix(before, bytes[i], sectors);
      if (mixed != before) {
        inode.put(page, mixed, random);
        inode.grow((long) (page + 1) * Pages.PAGE);
        if (verb == Verb.DURABLE_WRITE) {
          inode.harden(page, random.nextInt() & 0x7f);
        }
      }
    }
  }

  /// Leaves some run of the stored bytes, often their beginning: a copy knows no sectors.
  private void storeSome(byte[] page, RandomGenerator random) {
    if (!inode.isAllocated(firstPage)) {
      return;
    }
    int length = storedTo - storedFrom;
    int first = random.nextBoolean() ? 0 : random.nextInt(length + 1);
    int end = first + random.nextInt(length - first + 1);
    byte[] mixed = Pages.orZero(inode.cachedPage(firstPage)).clone();
    System.arraycopy(page, storedFrom + first, mixed, storedFrom + first, end - first);
    inode.put(firstPage, mixed, random);
  }

  /// The machine dies while this is in flight: it happened, in part, or not.
  void die() {
    if (applied) {
      return;
    }
    applied = true;
    switch (disk.random().nextInt(3)) {
      case 0 -> {}
      case 1 -> {
        if (isWrite()) {
          take();
          applySome(disk.isLimited());
        }
      }
      default -> {
        if (!isWrite()) {
          applySync();
        } else if (!disk.isLimited()) {
          take();
          applyAt(firstPage);
        }
      }
    }
  }

  /// The caller is told.
  void tell() {
    apply();
    inode.inFlight.remove(this);
    if (failure == null && isWrite()) {
      inode.sawSize(end());
    }
    if (failure != null && ticket != null) {
      file.poison(failure);
    }
    if (ticket != null) {
      ticket.complete(failure);
    }
  }

  /// A sync was submitted after this changed the images and before anybody was told: the sync may
  /// cover some sectors of it.
  void weaken(
      int[] capturedPages, byte[] @Nullable [] contents, long[] versions, RandomGenerator random) {
    byte @Nullable [] @Nullable [] before = replaced;
    if (before == null || verb == Verb.DURABLE_WRITE) {
      return;
    }
    for (int i = 0; i < capturedPages.length; i++) {
      int page = capturedPages[i] - firstPage;
      if (page >= 0 && page < pages) {
        contents[i] = Pages.mix(before[page], contents[i], random.nextInt());
        versions[i]--;
      }
    }
  }

  private long end() {
    return position + (long) pages * Pages.PAGE;
  }

  private byte[][] taken() {
    byte[][] bytes = taken;
    if (bytes == null) {
      throw new AssertionError("a write changes the images before its bytes were taken");
    }
    return bytes;
  }

  private StorageException ioError() {
    return new StorageException(
        verb.text(),
        file.path(),
        "simulated input/output error (EIO) at position " + position,
        null);
  }

  static DiskFullException diskFull(Path path, Verb verb) {
    return new DiskFullException(
        verb.text(), path, "simulated: no space left (ENOSPC); make room and reopen", null);
  }
}
