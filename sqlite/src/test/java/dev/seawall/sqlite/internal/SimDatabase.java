// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// SQLite's database and WAL in memory, with the rules of its locks: an application that commits,
/// spills, fails to commit, grows, shrinks, checkpoints, dies, and somebody from outside who does
/// what nobody should. Confined to one thread.
///
/// Page 1 carries the number of the commit, so that every state says which it is.
public final class SimDatabase {
  public static final int PAGE = 512;
  private static final int COMMIT_AT = 100;
  private static final int MOST_PAGES = 24;

  private static final class Frame {
    private final int page;
    private final byte[] content;
    private final int commit;

    Frame(int page, byte[] content, int commit) {
      this.page = page;
      this.content = content;
      this.commit = commit;
    }
  }

  final RandomGenerator random;
  // The state behind each commit, by its number.
  private final Map<Integer, byte[]> history = new HashMap<>();
  // Pages that a commit brought and nobody had written yet, by its number: leaves of the freelist.
  private final Map<Integer, Set<Integer>> unwritten = new HashMap<>();
  private final List<SimSource> sources = new ArrayList<>();
  private byte[] current;
  private int commits;
  private int highest;
  private int allowed;

  // The files: a replaced database is another object.
  MemoryFile file;
  boolean walMode = true;
  WalBytes builder;
  private WalBytes.Mark committed;
  byte[] wal;
  private final List<Frame> frames = new ArrayList<>();
  int mxFrame;
  int backfilled;
  private int salt1;
  private int salt2;
  boolean hasIndex;
  long stamp;

  public SimDatabase(RandomGenerator random) {
    this.random = random;
    salt1 = random.nextInt();
    current = new byte[0];
    byte[] first = image(2 + random.nextInt(6));
    current = remember(first);
    file = new MemoryFile(first.clone());
  }

  /// Returns the state behind the newest commit.
  public byte[] current() {
    return current;
  }

  /// Returns the number of the newest commit.
  public int commits() {
    return commits;
  }

  /// Returns the number that a state carries.
  public static int number(byte[] state) {
    return ByteBuffer.wrap(state).getInt(COMMIT_AT);
  }

  /// Returns where bytes differ from the state behind a commit, or -1; page 1 says which one.
  ///
  /// A page that nobody has written has no content that SQLite would look at: it is zeros, or what
  /// a later commit wrote there, if that was checkpointed before a link up to this one was read.
  public int mismatch(byte[] found) {
    int number = number(found);
    byte[] expected = history.get(number);
    if (expected == null || expected.length != found.length) {
      return 0;
    }
    for (int page = 1; page * PAGE <= found.length; page++) {
      int from = (page - 1) * PAGE;
      int at = differs(found, expected, from);
      if (at >= 0 && !(unwritten(number).contains(page) && isLater(found, from, number))) {
        return from + at;
      }
    }
    return -1;
  }

  private boolean isLater(byte[] found, int from, int number) {
    return history.entrySet().stream()
        .filter(each -> each.getKey() > number && each.getValue().length >= from + PAGE)
        .anyMatch(each -> differs(found, each.getValue(), from) < 0);
  }

  private static int differs(byte[] one, byte[] other, int from) {
    return Arrays.mismatch(one, from, from + PAGE, other, from, from + PAGE);
  }

  private Set<Integer> unwritten(int number) {
    return unwritten.getOrDefault(number, Set.of());
  }

  // The next state: some pages change, the length perhaps too; page 1 says the number.
  private byte[] image(int pages) {
    highest = Math.max(highest, pages);
    byte[] next = Arrays.copyOf(current, pages * PAGE);
    for (int page = 1; page <= pages; page++) {
      if (page * PAGE > current.length || random.nextInt(4) == 0) {
        fill(next, page);
      }
    }
    return stamped(next);
  }

  private void fill(byte[] image, int page) {
    byte value = (byte) random.nextInt();
    Arrays.fill(image, (page - 1) * PAGE, page * PAGE, value);
    ByteBuffer.wrap(image).putLong((page - 1) * PAGE + 256, random.nextLong());
  }

  private byte[] stamped(byte[] image) {
    ByteBuffer header = ByteBuffer.wrap(image);
    header.putShort(16, (short) PAGE).putInt(28, image.length / PAGE).putInt(96, 3_054_001);
    header.putInt(COMMIT_AT, ++commits);
    return image;
  }

  private byte[] remember(byte[] state) {
    history.put(number(state), state);
    stamp++;
    return state;
  }

  /// Lets others act that often while we look; else they would act more the more we read.
  public void allow(int acts) {
    allowed = acts;
  }

  boolean mayAct() {
    return allowed-- > 0;
  }

  private boolean isLocked() {
    return sources.stream().anyMatch(each -> each.locked);
  }

  private boolean anyPinAboveZero() {
    return sources.stream().anyMatch(each -> each.mark > 0 || each.ahead > 0);
  }

  private boolean anyPinOnZero() {
    return sources.stream().anyMatch(each -> each.mark == 0 || each.ahead == 0);
  }

  private void beginWal(boolean restart) {
    salt1 = restart ? salt1 + 1 : random.nextInt();
    salt2 = random.nextInt();
    builder = new WalBytes(random.nextBoolean(), PAGE, salt1, salt2);
    committed = builder.mark();
    frames.clear();
    mxFrame = 0;
    backfilled = 0;
    hasIndex = true;
    flush(restart);
  }

  // What was written of the WAL so far; old frames stay behind new ones.
  private void flush(boolean keepOld) {
    byte[] now = builder.bytes();
    byte[] before = wal;
    if (keepOld && before != null && before.length > now.length) {
      byte[] merged = before.clone();
      System.arraycopy(now, 0, merged, 0, now.length);
      now = merged;
    }
    wal = now;
  }

  /// Commits a transaction, if nobody else has the write lock.
  public void commit() {
    if (isLocked() || !walMode) {
      return;
    }
    writable();
    int pages = current.length / PAGE;
    int length =
        switch (random.nextInt(5)) {
          case 0 -> Math.min(MOST_PAGES, pages + 1 + random.nextInt(4));
          case 1 -> Math.max(2, pages - random.nextInt(4));
          default -> pages;
        };
    byte[] next = Arrays.copyOf(current, length * PAGE);
    List<Integer> changed = new ArrayList<>();
    Set<Integer> never = new HashSet<>(unwritten(number(current)));
    never.removeIf(page -> page > length);
    for (int page = 2; page <= length; page++) {
      boolean grown = page > pages;
      if (grown && page > highest && page < length && random.nextInt(3) == 0) {
        // SQLite never wrote it: zeros. Had it been written once, it would be anything.
        never.add(page);
        continue;
      }
      if (grown || random.nextInt(5) == 0) {
        fill(next, page);
        changed.add(page);
        never.remove(page);
      }
    }
    highest = Math.max(highest, length);
    changed.add(1);
    stamped(next);
    if (random.nextInt(8) == 0) {
      fail(changed, next.length / PAGE);
    }
    if (random.nextInt(6) == 0) {
      spill(changed);
    }
    for (int i = 0; i < changed.size(); i++) {
      int page = changed.get(i);
      byte[] content = Arrays.copyOfRange(next, (page - 1) * PAGE, page * PAGE);
      int end = i + 1 == changed.size() ? length : 0;
      builder.frame(page, end, content);
      frames.add(new Frame(page, content, end));
    }
    committed = builder.mark();
    flush(true);
    mxFrame = frames.size();
    hasIndex = true;
    current = remember(next);
    unwritten.put(number(next), never);
  }

  private void writable() {
    if (wal == null || wal.length == 0) {
      beginWal(false);
    } else if (mxFrame > 0 && backfilled == mxFrame && !anyPinAboveZero()) {
      beginWal(true);
    }
  }

  // Written whole, its sync fails; its frames are overwritten by the next one.
  private void fail(List<Integer> changed, int length) {
    for (int i = 0; i < changed.size(); i++) {
      byte[] content = new byte[PAGE];
      random.nextBytes(content);
      builder.frame(changed.get(i), i + 1 == changed.size() ? length : 0, content);
    }
    flush(true);
    between();
    builder.back(committed);
  }

  // Frames before the end of their transaction, written again afterwards.
  private void spill(List<Integer> changed) {
    byte[] content = new byte[PAGE];
    random.nextBytes(content);
    builder.frame(changed.getFirst(), 0, content);
    flush(true);
    between();
    builder.back(committed);
  }

  // Somebody looks while the application is in the middle.
  private Runnable onlooker = () -> {};

  public void onlooker(Runnable action) {
    onlooker = action;
  }

  private void between() {
    onlooker.run();
  }

  private int limit() {
    int limit = mxFrame;
    for (SimSource each : sources) {
      if (each.mark > 0) {
        limit = Math.min(limit, each.mark);
      }
      if (each.ahead > 0) {
        limit = Math.min(limit, each.ahead);
      }
    }
    return limit;
  }

  /// Checkpoints like any connection.
  SqliteSource.Checkpointed checkpoint(boolean truncate) {
    if (wal == null || wal.length == 0) {
      return new SqliteSource.Checkpointed(false, 0, 0);
    }
    if (backfilled < mxFrame && anyPinOnZero()) {
      return new SqliteSource.Checkpointed(true, mxFrame, backfilled);
    }
    int to = limit();
    backfill(to);
    boolean all = backfilled == mxFrame;
    if (truncate && (!all || anyPinAboveZero() || isLocked())) {
      return new SqliteSource.Checkpointed(true, mxFrame, backfilled);
    }
    SqliteSource.Checkpointed done =
        new SqliteSource.Checkpointed(false, truncate ? 0 : mxFrame, truncate ? 0 : backfilled);
    if (truncate) {
      wal = new byte[0];
      frames.clear();
      mxFrame = 0;
      backfilled = 0;
      salt1++;
      salt2 = random.nextInt();
      stamp++;
    }
    return done;
  }

  private void backfill(int to) {
    byte[] now = file.get();
    int length = now.length;
    for (int i = backfilled; i < to; i++) {
      Frame frame = frames.get(i);
      now = put(now, frame);
      length = frame.commit > 0 ? frame.commit * PAGE : length;
    }
    if (to == mxFrame && to > backfilled) {
      now = Arrays.copyOf(now, length);
    }
    file.set(now);
    backfilled = Math.max(backfilled, to);
  }

  private static byte[] put(byte[] into, Frame frame) {
    int end = frame.page * PAGE;
    byte[] large = Arrays.copyOf(into, Math.max(into.length, end));
    System.arraycopy(frame.content, 0, large, end - PAGE, PAGE);
    return large;
  }

  /// The application checkpoints in its own way, or not.
  public void foreignCheckpoint() {
    if (!isLocked()) {
      checkpoint(random.nextInt(3) == 0);
    }
  }

  /// Every connection is closed; if it was the last one, the WAL goes.
  public void closeAll() {
    if (sources.isEmpty() && walMode) {
      checkpoint(false);
      if (backfilled == mxFrame) {
        wal = null;
        hasIndex = false;
        frames.clear();
        mxFrame = 0;
        backfilled = 0;
        stamp++;
      }
    }
  }

  /// The database leaves WAL mode, if nobody else has it open, changes, and perhaps comes back.
  public void journalMode() {
    if (!sources.isEmpty()) {
      return;
    }
    closeAll();
    if (walMode || random.nextBoolean()) {
      current = remember(image(Math.max(2, current.length / PAGE)));
      file.set(current.clone());
    }
    walMode = !walMode;
    stamp++;
  }

  /// The database comes back to WAL mode.
  public void comeBack() {
    if (!walMode) {
      walMode = true;
      stamp++;
    }
  }

  /// Another database is put in its place by somebody who should not.
  public void replace() {
    byte[] other = image(2 + random.nextInt(6));
    file = new MemoryFile(other.clone());
    current = remember(other);
    wal = null;
    hasIndex = false;
    frames.clear();
    mxFrame = 0;
    backfilled = 0;
    walMode = true;
  }

  /// The power goes: connections die, commits that were not synced may be lost, the index is made
  /// anew. The application comes back with another commit.
  public void losePower() {
    sources.forEach(each -> each.dead = true);
    sources.clear();
    if (wal != null && wal.length > 0 && mxFrame > 0) {
      int keep = mxFrame;
      while (keep > backfilled && random.nextInt(3) == 0) {
        do {
          keep--;
        } while (keep > backfilled && frames.get(keep - 1).commit == 0);
      }
      if (keep < mxFrame) {
        rollBackTo(keep);
      }
      backfilled = 0;
    }
    stamp++;
    commit();
  }

  private void rollBackTo(int keep) {
    frames.subList(keep, frames.size()).clear();
    mxFrame = keep;
    byte[] state = file.get();
    int length = state.length;
    for (Frame frame : frames) {
      state = put(state, frame);
      length = frame.commit > 0 ? frame.commit * PAGE : length;
    }
    current = Arrays.copyOf(state, length);
    WalBytes old = builder;
    builder = old.cut(32 + keep * (24 + PAGE));
    committed = builder.mark();
    wal = builder.bytes();
  }

  /// The process of the replicator dies: its connections are gone, SQLite's files are as they were.
  public void killSources() {
    sources.forEach(each -> each.dead = true);
    sources.clear();
  }

  /// Opens a connection.
  public SqliteSource open() throws StorageException {
    if (random.nextInt(12) == 0) {
      throw new StorageException("open", Path.of("app.db"), "the database is locked", null);
    }
    SimSource source = new SimSource(this);
    sources.add(source);
    return source;
  }

  void closed(SimSource source) {
    sources.remove(source);
    if (random.nextBoolean()) {
      closeAll();
    }
  }

  WalIndex index() {
    return hasIndex && wal != null
        ? new WalIndex(mxFrame, backfilled, current.length / PAGE, salt1, salt2)
        : null;
  }

  StorageFile walFile(Runnable beforeRead) {
    if (wal == null) {
      return null;
    }
    return new SimWalFile(() -> new MemoryFile(wal == null ? new byte[0] : wal), beforeRead);
  }
}
