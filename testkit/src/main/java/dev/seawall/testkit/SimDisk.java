// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What outlives a process: names and bytes, cached and durable. A test looks at it, and hurts it,
/// behind the back of the code under test.
///
/// The package documentation tells the model. Confined to the simulation's thread. Paths are taken
/// as they are given, normalised and not made absolute.
public final class SimDisk {
  private final Seed seed;
  private final SimOptions options;
  private final SimTime time;
  private final RandomGenerator random;
  private final SimFaults faults;
  private final SimNames names = new SimNames();
  private final Set<SimInode> inodes = new java.util.LinkedHashSet<>();
  private final Set<SimNames.Directory> lockedHere = new HashSet<>();
  private final Map<SimInode, String> lockedFiles = new LinkedHashMap<>();
  private final Set<Path> denied = new HashSet<>();
  private Life life = new Life();
  private @Nullable Death deathAfterOperation;
  private int mostInFlight;
  private long capacityBytes;
  private int nextInode = 1;

  SimDisk(Seed seed, SimOptions options, SimTime time) {
    this.seed = seed;
    this.options = options;
    this.time = time;
    this.random = seed.random("disk");
    this.faults = new SimFaults(options.faults());
    this.capacityBytes = options.capacityBytes();
  }

  /// Returns how many operations of any verb the disk has seen, over all incarnations;
  /// [Fault.Crash] counts them.
  public long operations() {
    return faults.operations();
  }

  /// Returns how many operations of one verb the disk has seen, over all incarnations.
  public long operations(Verb verb) {
    return faults.count(verb);
  }

  /// Returns how many writes of one queue were in flight at most, over all incarnations.
  public int mostInFlight() {
    return mostInFlight;
  }

  void noteInFlight(int writes) {
    mostInFlight = Math.max(mostInFlight, writes);
  }

  /// Returns how many operations needed new blocks, over all incarnations; [Fault.DiskFull] counts
  /// them.
  public long allocations() {
    return faults.allocations();
  }

  /// Returns the faults of the plan that have happened.
  public List<Fault> fired() {
    return List.copyOf(faults.fired());
  }

  /// Adds a fault to the plan; its counters run from the beginning of the simulation, see
  /// [#operations].
  public void add(Fault fault) {
    faults.add(fault);
  }

  /// Makes the next operation of a verb on a path that matches fail with an input/output error.
  public void failNext(Verb verb, Predicate<Path> where) {
    faults.plant(verb, where);
  }

  /// Refuses every later use of a path, as missing permissions do; files that are open stay usable.
  public void deny(Path path) {
    denied.add(path.normalize());
  }

  /// Ends what [#deny] began.
  public void allow(Path path) {
    denied.remove(path.normalize());
  }

  /// Changes the size of the disk, in bytes of blocks that files occupy.
  public void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /// Returns the bytes of blocks that files occupy.
  public long usedBytes() {
    long pages = 0;
    for (SimInode inode : inodes) {
      pages += inode.allocatedPages();
    }
    return pages * Pages.PAGE;
  }

  /// Returns the content of a file as a reader of the running incarnation sees it; a copy.
  public ByteBuffer contents(Path path) {
    return ByteBuffer.wrap(file(path).copy(false)).asReadOnlyBuffer();
  }

  /// Returns the content of a file that is safe from loss of power; a copy. More than that may
  /// survive.
  public ByteBuffer durableContents(Path path) {
    return ByteBuffer.wrap(file(path).copy(true)).asReadOnlyBuffer();
  }

  /// Makes a hard link, as a backup tool does; durable at once.
  public void link(Path existing, Path link) {
    SimInode inode = file(existing);
    SimNames.Directory directory = parent(link);
    names.create(directory, name(link), inode);
    names.sync(directory);
  }

  /// Removes a name, as an operator does; durable at once.
  public void deleteForeign(Path path) {
    SimInode inode = file(path);
    SimNames.Directory directory = parent(path);
    names.delete(directory, name(path), inode);
    names.sync(directory);
    dropIfUnused(inode);
  }

  /// Puts another file at a path, new or instead of the one there, as an operator does; durable at
  /// once.
  public void replaceForeign(Path path, ByteBuffer content) {
    SimNames.Directory directory = parent(path);
    SimInode old = directory.get(name(path));
    if (old != null) {
      deleteForeign(path);
    }
    SimInode inode = newInode();
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    for (int page = 0; page < Pages.count(bytes.length); page++) {
      int from = page * Pages.PAGE;
      byte[] block = new byte[Pages.PAGE];
      System.arraycopy(bytes, from, block, 0, Math.min(Pages.PAGE, bytes.length - from));
      inode.put(page, block, random);
    }
    inode.grow(bytes.length);
    inode.settle();
    names.create(directory, name(path), inode);
    names.sync(directory);
  }

  /// Flips one bit of a file, on the medium and in the cache.
  ///
  /// @param bit 0 for the lowest
  public void flipBit(Path path, long position, int bit) {
    SimInode inode = file(path);
    if (position < 0 || position >= inode.size() || bit < 0 || bit > 7) {
      throw new IllegalArgumentException(
          "bit " + bit + " of byte " + position + " of " + path + ", which has " + inode.size());
    }
    inode.flip(position, bit);
  }

  /// Takes the lock of a directory as another process would, until the returned handle is closed or
  /// the power is lost.
  public AutoCloseable lockForeign(Path directory, String holder) {
    SimNames.Directory locked = directory(directory);
    SimInode inode = locked.get(SimLock.LOCK);
    if (inode == null) {
      inode = newInode();
      names.create(locked, SimLock.LOCK, inode);
    }
    if (lockedFiles.putIfAbsent(inode, holder) != null) {
      throw new IllegalStateException(directory + " is locked");
    }
    SimInode held = inode;
    return () -> lockedFiles.remove(held);
  }

  /// Returns every file's path with its length in bytes, for messages.
  public Map<Path, Long> files() {
    Map<Path, Long> all = new LinkedHashMap<>();
    for (SimNames.Directory directory : names.directories()) {
      directory
          .entries()
          .forEach((name, inode) -> all.put(directory.path().resolve(name), inode.size()));
    }
    return all;
  }

  // ---- for the doors of an incarnation

  Life life() {
    return life;
  }

  RandomGenerator random() {
    return random;
  }

  SimNames names() {
    return names;
  }

  String replay() {
    return seed.replay();
  }

  boolean isLimited() {
    return capacityBytes != Long.MAX_VALUE;
  }

  long freeBytes() {
    return isLimited() ? Math.max(0, capacityBytes - usedBytes()) : Long.MAX_VALUE;
  }

  boolean isDenied(Path path) {
    return !denied.isEmpty() && denied.contains(path);
  }

  /// Counts an operation and returns what goes wrong with it. A crash that is due happens now, or
  /// at [#end].
  @Nullable Fault begin(Verb verb, Path path) {
    Fault due = faults.countOperation();
    if (due instanceof Fault.Crash crash) {
      if (random.nextBoolean()) {
        throw die(crash.death());
      }
      deathAfterOperation = crash.death();
    } else if (due instanceof Fault.FlippedBit) {
      rot();
    }
    return faults.count(verb, path);
  }

  /// Ends an operation that began well; a crash may be due.
  void end() {
    Death death = deathAfterOperation;
    if (death != null) {
      throw die(death);
    }
  }

  /// Returns whether `newPages` new blocks can be had for a write of `pages` blocks.
  boolean allocate(int newPages, int pages) {
    int wanted = options.copyOnWrite() ? pages : newPages;
    if (wanted == 0) {
      return true;
    }
    return !faults.countAllocation() && (!isLimited() || freeBytes() >= (long) wanted * Pages.PAGE);
  }

  boolean allocateName() {
    return !faults.countAllocation();
  }

  /// Lets a device trip take its time.
  void passTime() {
    if (options.maxLatencyNanos() > 0) {
      time.advance(random.nextLong(options.maxLatencyNanos() + 1));
    }
  }

  SimInode newInode() {
    SimInode inode = new SimInode(nextInode++);
    inodes.add(inode);
    return inode;
  }

  void dropIfUnused(SimInode inode) {
    if (inode.links == 0 && inode.handles == 0) {
      inodes.remove(inode);
    }
  }

  /// Returns who holds a directory; null when nobody does and it is now held by this incarnation.
  @Nullable String lock(SimNames.Directory directory, SimInode inode) {
    if (lockedHere.contains(directory)) {
      return "this process";
    }
    String holder = lockedFiles.putIfAbsent(inode, "this process");
    if (holder == null) {
      lockedHere.add(directory);
    }
    return holder;
  }

  void unlock(SimNames.Directory directory, SimInode inode) {
    lockedHere.remove(directory);
    lockedFiles.remove(inode);
  }

  SimCrash die(Death death) {
    deathAfterOperation = null;
    SimCrash crash = life.end(death);
    for (SimInode inode : inodes) {
      // A copy: operations end in the order of their submission, or the other way round.
      List<SimOperation> operations = new ArrayList<>(inode.inFlight);
      inode.inFlight.clear();
      for (SimOperation operation : random.nextBoolean() ? operations : operations.reversed()) {
        operation.die();
      }
      inode.handles = 0;
      inode.windows = 0;
    }
    lockedHere.clear();
    lockedFiles.values().removeIf(holder -> death == Death.POWER || holder.equals("this process"));
    if (death == Death.POWER) {
      Odds odds = new Odds(random);
      names.losePower(odds);
      for (SimInode inode : inodes) {
        inode.losePower(odds);
      }
    }
    inodes.removeIf(inode -> inode.links == 0);
    life = new Life();
    return crash;
  }

  private void rot() {
    List<SimInode> candidates = new ArrayList<>();
    for (SimInode inode : inodes) {
      if (inode.size() > 0) {
        candidates.add(inode);
      }
    }
    if (!candidates.isEmpty()) {
      SimInode inode = candidates.get(random.nextInt(candidates.size()));
      inode.flip(random.nextLong(inode.size()), random.nextInt(8));
    }
  }

  private SimNames.Directory directory(Path path) {
    SimNames.Directory directory = names.directory(path.normalize());
    if (directory == null) {
      throw new IllegalArgumentException(path + " is not a directory of the simulated disk");
    }
    return directory;
  }

  private SimNames.Directory parent(Path path) {
    return directory(SimFileSystem.parentOf(path.normalize()));
  }

  private static String name(Path path) {
    return SimFileSystem.nameOf(path.normalize());
  }

  private SimInode file(Path path) {
    SimInode inode = parent(path).get(name(path));
    if (inode == null) {
      throw new IllegalArgumentException(path + " is not a file of the simulated disk");
    }
    return inode;
  }
}
