// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Follows the WAL of one database: every committed transaction comes out once, in order, or
/// [Look.Lost] says that something was missed. Confined to one thread; never writes to the
/// database.
///
/// [#start] pins; [#snapshot] begins a chain; [#look] says what happened since what was last
/// accepted; [#checkpoint] lets SQLite's WAL begin anew without losing sight of it.
public final class WalCapture implements AutoCloseable {
  private static final WalCursor NO_WAL = new WalCursor(0, 0, 0, 0, 0);

  /// What a look found.
  public sealed interface Look {
    /// Nothing new, or nothing that can be believed yet.
    record Quiet() implements Look {}

    /// Transactions.
    ///
    /// @param capture their pages
    /// @param transactions how many
    /// @param more whether the limit of bytes left some for the next look
    record Changed(Capture capture, long transactions, boolean more) implements Look {}

    /// Something was missed: only a snapshot goes on from here.
    ///
    /// @param loss what
    record Lost(Loss loss) implements Look {}
  }

  private final SqliteSource source;
  private final long maxBytes;
  private final CaptureBuffers pool;
  private final boolean ownsPool;
  private CaptureBuffers.@Nullable Buffers lent;
  private final SqliteWalReader reader = new SqliteWalReader(MemorySegment.NULL);
  private final PageAccess access = new Access();
  private @Nullable StorageFile wal;
  // What was accepted: null before the first snapshot.
  private @Nullable WalCursor cursor;
  private long commit;
  private int pageSize;
  private @Nullable WalCursor seen;
  // Where the WAL ended when the pin began: only from there may it restart, only once, and only if
  // it was wholly checkpointed then.
  private @Nullable WalCursor pinnedAt;
  private boolean restartAllowed;
  // Whether the WAL was seen empty since: then its next salts are random.
  private boolean sawEmpty;

  /// Makes one with buffers of its own.
  ///
  /// @param maxBytes how much of a WAL one look takes; a single longer transaction is taken whole
  public WalCapture(SqliteSource source, long maxBytes) {
    this(source, maxBytes, new CaptureBuffers(), true);
    borrow();
  }

  /// Makes one that works only between [#borrow] and [#giveBack].
  public WalCapture(SqliteSource source, long maxBytes, CaptureBuffers pool) {
    this(source, maxBytes, pool, false);
  }

  private WalCapture(SqliteSource source, long maxBytes, CaptureBuffers pool, boolean ownsPool) {
    this.source = source;
    this.maxBytes = maxBytes;
    this.pool = pool;
    this.ownsPool = ownsPool;
  }

  /// Takes buffers from the pool.
  public void borrow() {
    CaptureBuffers.Buffers taken = pool.take();
    lent = taken;
    reader.lend(taken.wal());
  }

  /// Gives them back. What was captured and not yet handed over stays valid.
  public void giveBack() {
    CaptureBuffers.Buffers taken = lent;
    if (taken != null) {
      lent = null;
      reader.lend(MemorySegment.NULL);
      pool.giveBack(taken);
    }
  }

  private MemorySegment pageBuffer() {
    CaptureBuffers.Buffers taken = lent;
    if (taken == null) {
      throw new IllegalStateException("no buffers were borrowed");
    }
    return taken.page();
  }

  /// Pins the database, anew if it was pinned; a snapshot must follow.
  ///
  /// The write lock is held for an instant, so that it is known where the WAL ends when the pin
  /// begins.
  ///
  /// @return false when a writer did not give way in time: try again
  /// @throws IOException when SQLite fails
  public boolean start() throws IOException {
    if (!source.lockWrites()) {
      return false;
    }
    try {
      source.unpin();
      pin();
    } finally {
      source.unlockWrites();
    }
    return true;
  }

  // Under the write lock: the WAL's end stands still. A checkpoint of somebody else may end in
  // between all the same, and the pin is on read mark 0 only if it had ended before; so, if it may
  // have been either, the pin is taken again.
  private void pin() throws IOException {
    SqliteWalHeader header = openWal();
    WalIndex index = source.index();
    sawEmpty = false;
    if (header == null || index == null || !index.isOf(header)) {
      // There is none, or its index has let go of it: the next writer begins it anew.
      pinnedAt = NO_WAL;
      restartAllowed = true;
      source.pin();
      return;
    }
    pinnedAt =
        new WalCursor(header.salt1(), header.salt2(), header.position(index.mxFrame() + 1), 0, 0);
    restartAllowed = index.isBackfilled();
    source.pin();
    WalIndex now = source.index();
    if (!restartAllowed && now != null && now.isBackfilled()) {
      source.unpin();
      restartAllowed = true;
      source.pin();
    }
  }

  @Nullable SqliteWalHeader openWal() throws StorageException {
    closeWal();
    wal = source.openWal();
    return wal == null ? null : reader.header(wal::read);
  }

  private void closeWal() {
    StorageFile open = wal;
    wal = null;
    if (open != null) {
      open.close();
    }
  }

  /// Says what happened since what was last accepted.
  ///
  /// @throws IllegalStateException before a snapshot was accepted
  public Look look() throws IOException {
    WalCursor from = cursor;
    if (from == null) {
      throw new IllegalStateException("nothing to go on from: take a snapshot");
    }
    if (!source.isSameDatabase()) {
      return new Look.Lost(Loss.DATABASE_REPLACED);
    }
    SqliteWalHeader header = openWal();
    if (header == null) {
      boolean expected = from.equals(NO_WAL) || mayRestart(from);
      sawEmpty |= expected;
      return expected ? new Look.Quiet() : new Look.Lost(Loss.WAL_CUT);
    }
    if (header.pageSize() != pageSize) {
      return new Look.Lost(Loss.PAGE_SIZE_CHANGED);
    }
    if (!header.isOf(from)) {
      boolean known = sawEmpty || from.equals(NO_WAL) || header.salt1() == from.salt1() + 1;
      if (!known || !mayRestart(from)) {
        return new Look.Lost(Loss.WAL_RESTARTED);
      }
      from = WalCursor.start(header);
    } else if (!reader.isUnchanged(open()::read, header, from)) {
      boolean cut = open().size() < from.position();
      return new Look.Lost(cut ? Loss.WAL_CUT : Loss.COMMIT_REPLACED);
    }
    return scan(header, from);
  }

  // Everything up to the pin was accepted, and nothing came behind it.
  private boolean mayRestart(WalCursor from) {
    WalCursor pin = pinnedAt;
    return restartAllowed
        && pin != null
        && from.salt1() == pin.salt1()
        && from.salt2() == pin.salt2()
        && from.position() == pin.position();
  }

  private Look scan(SqliteWalHeader header, WalCursor from) throws IOException {
    WalIndex index = source.index();
    WalTrust trust;
    if (index == null) {
      trust = WalTrust.seenBefore(seen);
    } else if (index.isOf(header)) {
      trust = WalTrust.index(index);
    } else {
      // A restart is under way: header and index are written one after the other.
      return new Look.Quiet();
    }
    SqliteWalReader.Scan found = reader.scan(open()::read, header, from, trust, maxBytes);
    seen = found.seen();
    if (found.transactions() == 0) {
      return new Look.Quiet();
    }
    CapturedPages pages = new CapturedPages(access, header, found, from.position(), commit + 1);
    return new Look.Changed(pages, found.transactions(), found.more());
  }

  /// Captures every page as of the last commit now. Needs the pin.
  ///
  /// @return null when the WAL is being restarted at this moment: try again
  /// @throws IOException when the database is not in WAL mode, or has no page size
  public @Nullable Capture snapshot() throws IOException {
    if (!"wal".equalsIgnoreCase(source.journalMode())) {
      throw new IOException(
          "the database is in journal mode "
              + source.journalMode()
              + "; `PRAGMA journal_mode = wal` makes it one that can be followed");
    }
    SqliteWalHeader header = openWal();
    WalIndex index = source.index();
    if (header == null || (index != null && index.isOf(header) && index.mxFrame() == 0)) {
      return withoutWal(header);
    }
    if (index == null || !index.isOf(header)) {
      return null;
    }
    SqliteWalReader.Scan found =
        reader.scan(
            open()::read, header, WalCursor.start(header), WalTrust.index(index), Long.MAX_VALUE);
    return found.transactions() == 0
        ? null
        : new CapturedPages(access, header, found, found.end().position(), 1);
  }

  /// Captures every page as of what was accepted last, to be read while this goes on – without a
  /// [#checkpoint] until it was read, since it needs the pin.
  ///
  /// @return null when it cannot be had at this moment
  public @Nullable DetachedCapture snapshotOfAccepted() throws IOException {
    WalCursor at = cursor;
    WalCursor pin = pinnedAt;
    if (at == null || pin == null || !(look() instanceof Look.Quiet)) {
      return null;
    }
    SqliteWalHeader header = openWal();
    boolean inWal = header != null && header.isOf(at);
    boolean behindPin =
        at.salt1() == pin.salt1() && at.salt2() == pin.salt2() && at.position() < pin.position();
    if (behindPin || (!inWal && !mayRestart(at) && !at.equals(NO_WAL))) {
      return null;
    }
    DetachedAccess detached = new DetachedAccess(source, pageSize);
    // All of it is in the database, and stays as it is there: the pin is on read mark 0.
    CapturedPages pages =
        new CapturedPages(detached, pageSize, commit, at, at.position(), new long[0], 1, null);
    if (header != null && inWal && !mayRestart(at) && !at.isAtStart()) {
      WalTrust trust =
          WalTrust.index(
              new WalIndex(header.frameBefore(at.position()), 0, 0, at.salt1(), at.salt2()));
      SqliteWalReader.Scan found =
          reader.scan(open()::read, header, WalCursor.start(header), trust, Long.MAX_VALUE);
      if (!found.end().equals(at) || !header.equals(detached.headerNow())) {
        detached.close();
        return null;
      }
      pages = new CapturedPages(detached, header, found, at.position(), 1);
    }
    return new DetachedCapture(pages, detached);
  }

  // The database file is all there is.
  private @Nullable Capture withoutWal(@Nullable SqliteWalHeader header) throws IOException {
    DatabaseHeader start = DatabaseHeader.read(source.database(), pageBuffer());
    if (start == null) {
      return null;
    }
    WalCursor end = header == null ? NO_WAL : WalCursor.start(header);
    return new CapturedPages(
        access, start.pageSize(), start.pages(), end, end.position(), new long[0], 1, header);
  }

  /// Takes a capture as the state to go on from. Call it when its pages are safe.
  public void accept(Capture capture) {
    WalCursor pin = pinnedAt;
    restartAllowed &=
        pin != null && capture.end().salt1() == pin.salt1() && capture.end().salt2() == pin.salt2();
    if (capture.isSnapshot()) {
      seen = null;
    }
    cursor = capture.end();
    commit = capture.commit();
    pageSize = capture.pageSize();
  }

  /// Takes a position of a former life as the state to go on from; a [#look] says whether that can
  /// be. Call it after [#start].
  ///
  /// @return false when nobody can tell what happened since: take a snapshot
  public boolean resume(WalPosition position) {
    if (position.cursor().position() == 0) {
      // There was no WAL: what came since may be in the database only.
      return false;
    }
    cursor = position.cursor();
    commit = position.commit();
    pageSize = position.pageSize();
    seen = null;
    return true;
  }

  /// Returns where a capture ends, for [#resume].
  public static WalPosition positionOf(Capture capture) {
    return new WalPosition(capture.end(), capture.commit(), capture.pageSize());
  }

  /// Returns how many bytes of the WAL were accepted, its header included; 0 when there is none.
  public long capturedBytes() {
    WalCursor at = cursor;
    return at == null ? 0 : at.position();
  }

  /// Returns bytes a frame; 0 before the first accepted capture.
  public long frameBytes() {
    return pageSize == 0 ? 0 : pageSize + SqliteWalFrame.HEADER_BYTES;
  }

  /// Returns the length of the WAL at the last look, in bytes.
  public long walBytes() throws StorageException {
    StorageFile open = wal;
    return open == null ? 0 : open.size();
  }

  /// Returns the version of SQLite that wrote the database's header last, when it is one that can
  /// corrupt a database whose WAL somebody else checkpoints: before 3.51.3. Null otherwise.
  public @Nullable String tooOldWriter() throws StorageException {
    return DatabaseHeader.tooOldWriter(source.database(), pageBuffer());
  }

  /// Empties the WAL's file, when all of it is in the database and nothing came since; writers wait
  /// for as long as the busy timeout at most. Call it right after a [#checkpoint] that was
  /// complete.
  ///
  /// @return null when something came since
  public SqliteSource.@Nullable Checkpointed truncate() throws IOException {
    WalCursor at = cursor;
    if (at == null || !mayRestart(at) || !(look() instanceof Look.Quiet)) {
      return null;
    }
    // The pin stands on read mark 0: what comes in between cannot be moved, and so is not lost.
    return source.checkpointTruncate();
  }

  /// Moves most of what was captured into the database while writers go on; [#checkpoint] has
  /// little left to do then. See [PinPass].
  ///
  /// @param safe makes a capture safe before it returns; not called when there is none
  /// @return false when something could not be kept, or the WAL can no more be followed: look
  public boolean checkpointAhead(Keeper safe) throws IOException {
    return new PinPass(this, source).run(safe);
  }

  @Nullable WalCursor accepted() {
    return cursor;
  }

  /// The pin stands somewhere behind a position of a WAL that had frames to be moved.
  void pinned(WalCursor atLeast) {
    pinnedAt = atLeast;
    restartAllowed = false;
  }

  /// Lets SQLite move what was captured into the database, so that its WAL can begin anew.
  ///
  /// The write lock is held while what came last is captured and `safe` keeps it; then the pin is
  /// let go, the WAL is checkpointed as far as no reader hinders it, and the pin is taken again.
  /// Call it when a [#look] was quiet just before: what is left is then little.
  ///
  /// @param safe makes a capture safe before it returns; not called when there is none
  /// @return null when a writer did not give way in time, or the WAL can no more be followed: look
  public SqliteSource.@Nullable Checkpointed checkpoint(Keeper safe) throws IOException {
    if (!source.lockWrites()) {
      return null;
    }
    try {
      while (look() instanceof Look.Changed(Capture capture, long _, boolean _)) {
        if (!safe.keep(capture)) {
          return null;
        }
        accept(capture);
      }
      if (!isAtEnd()) {
        return null;
      }
      source.unpin();
      try {
        return source.checkpointPassive();
      } finally {
        pin();
        if (NO_WAL.equals(pinnedAt)) {
          // All of the WAL that was is accepted, and there is none now.
          cursor = NO_WAL;
        }
      }
    } finally {
      source.unlockWrites();
    }
  }

  // Nobody can write now: what was accepted must be all there is.
  private boolean isAtEnd() throws IOException {
    WalCursor at = cursor;
    if (at == null || look() instanceof Look.Lost) {
      return false;
    }
    SqliteWalHeader header = openWal();
    WalIndex index = source.index();
    if (header == null || (index != null && index.mxFrame() == 0)) {
      return at.equals(NO_WAL) || at.isAtStart() || mayRestart(at);
    }
    return index != null
        && index.isOf(header)
        && header.isOf(at)
        && header.position(index.mxFrame() + 1) == at.position();
  }

  /// Makes a capture safe elsewhere.
  @FunctionalInterface
  public interface Keeper {
    /// Keeps it.
    ///
    /// @return false when it could not be kept
    boolean keep(Capture capture) throws IOException;
  }

  private StorageFile open() {
    StorageFile open = wal;
    if (open == null) {
      throw new IllegalStateException("no WAL is open");
    }
    return open;
  }

  /// The WAL that was opened last, and the lent buffers.
  private final class Access implements PageAccess {
    @Override
    public MemorySegment buffer() {
      return pageBuffer();
    }

    @Override
    public boolean fromWal(SqliteWalHeader header, long frame, MemorySegment to)
        throws StorageException {
      return reader.page(open()::read, header, frame, to);
    }

    @Override
    public int fromDatabase(long position, MemorySegment to) throws StorageException {
      return source.database().read(position, to);
    }

    @Override
    public @Nullable SqliteWalHeader headerNow() throws StorageException {
      return reader.header(open()::read);
    }

    @Override
    public boolean isSameDatabase() throws StorageException {
      return source.isSameDatabase();
    }
  }

  /// Lets go of the pin and closes the source.
  @Override
  public void close() throws IOException {
    closeWal();
    giveBack();
    if (ownsPool) {
      pool.close();
    }
    source.close();
  }
}
