// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.wal.internal.frame.Layout;
import dev.seawall.wal.internal.segment.SegmentName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a log is opened. Immutable: every `with…` returns a changed copy.
public final class WalOptions {
  /// What happens to a tail block that a group does not fill.
  public enum TailBlock {
    /// Lone groups share blocks, which are then written again with the same bytes in front; rests
    /// on *powersafe overwrite*.
    SHARE,
    /// Every group is padded to a block: more space, no byte is written twice by appends. Recovery
    /// still writes the last block again.
    PAD
  }

  /// How appends reach the file.
  public enum AppendMode {
    /// Frames are encoded into windows of memory, which are written group by group, past the page
    /// cache where that is possible. The death of the process takes what is accepted and not yet
    /// written.
    STAGED,
    /// Frames are also stored into a mapping of the file, without a system call, before an append
    /// returns: whatever is accepted survives the death of the process, at every durability. A sync
    /// is as ever what survives a loss of power; with large groups it costs more than in the other
    /// mode. Not on a copy-on-write file system, where a store can find the disk full.
    MAPPED
  }

  /// What to do at open about a sealed segment that is damaged or missing.
  public enum Enforce {
    /// Open without it, say so in the [RecoveryReport], and throw where it is read.
    WARN,
    /// Refuse to open, with [CorruptException].
    STRICT
  }

  /// The lock under which appends claim their place.
  public enum ClaimLock {
    /// Tries for a moment, then waits in a queue.
    SPINNING,
    /// `ReentrantLock` of `java.util.concurrent`.
    STANDARD
  }

  /// How sealed segments are compressed, by a worker, when they are durable.
  public enum SealedCompression {
    /// Not at all.
    NONE,
    /// By gzip: `gunzip` restores the file.
    GZIP,
    /// By Zstandard, level 3: `zstd -d` restores the file. Needs a codec that knows it.
    ZSTD
  }

  private String prefix = "seawall";
  private long segmentBytes = 64L << 20;
  private long firstSegmentBytes = 4L << 20;
  private long maxRecordBytes = 100L << 20;
  private long maxBatchBytes = 128L << 20;
  private @Nullable Duration maxSegmentAge;
  private int windowBytes = 4 << 20;
  private int windows = 8;
  private int maxPendingAppends = 1 << 16;
  private Durability durability = Durability.SYNCED;
  private Duration writeOutDelay = Duration.ofMillis(5);
  private Duration idleMarkDelay = Duration.ofSeconds(1);
  private TailBlock tailBlock = TailBlock.SHARE;
  private AppendMode appendMode = AppendMode.STAGED;
  private Overload overload = new Overload.Block(Duration.ofSeconds(30));
  private Retention retention = Retention.keep();
  private Enforce enforce = Enforce.WARN;
  private WalListener listener = WalListener.NONE;
  private @Nullable RecordCodec codec;
  private SealedCompression sealedCompression = SealedCompression.NONE;
  private ClaimLock claimLock = ClaimLock.STANDARD;

  private WalOptions() {}

  private WalOptions(WalOptions from) {
    prefix = from.prefix;
    segmentBytes = from.segmentBytes;
    firstSegmentBytes = from.firstSegmentBytes;
    maxRecordBytes = from.maxRecordBytes;
    maxBatchBytes = from.maxBatchBytes;
    maxSegmentAge = from.maxSegmentAge;
    windowBytes = from.windowBytes;
    windows = from.windows;
    maxPendingAppends = from.maxPendingAppends;
    durability = from.durability;
    writeOutDelay = from.writeOutDelay;
    idleMarkDelay = from.idleMarkDelay;
    tailBlock = from.tailBlock;
    appendMode = from.appendMode;
    overload = from.overload;
    retention = from.retention;
    enforce = from.enforce;
    listener = from.listener;
    codec = from.codec;
    sealedCompression = from.sealedCompression;
    claimLock = from.claimLock;
  }

  /// Returns the defaults: durable appends, 64 MiB segments, nothing removed.
  public static WalOptions defaults() {
    return new WalOptions();
  }

  /// Reads options from keys such as `segment-bytes`; see [WalOptionKeys]. Pure: the caller says
  /// where the values come from.
  ///
  /// @throws IllegalArgumentException for an unknown key or a value out of its range
  public static WalOptions from(Map<String, String> values) {
    return WalOptionKeys.read(values);
  }

  /// Sets the prefix of the log's file names; `gs-vault` gives the vault's names.
  public WalOptions withPrefix(String value) {
    SegmentName.checkPrefix(value);
    WalOptions changed = new WalOptions(this);
    changed.prefix = value;
    return changed;
  }

  /// Sets the length to which segments grow, in bytes: 64 KiB to 2 GiB, a multiple of 4096.
  public WalOptions withSegmentBytes(long value) {
    WalOptions changed = new WalOptions(this);
    changed.segmentBytes = checkSegment("segmentBytes", value);
    changed.firstSegmentBytes = Math.min(firstSegmentBytes, value);
    return changed;
  }

  /// Sets the length of a new log's first segment, in bytes; the following ones double it up to the
  /// segment length.
  public WalOptions withFirstSegmentBytes(long value) {
    WalOptions changed = new WalOptions(this);
    changed.firstSegmentBytes = checkSegment("firstSegmentBytes", value);
    return changed;
  }

  private static long checkSegment(String name, long value) {
    check(name, value, 64 << 10, 2L << 30);
    if (value % Layout.BLOCK != 0) {
      throw new IllegalArgumentException(name + " " + value + " is not a multiple of 4096");
    }
    return value;
  }

  private static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " " + value + ": expected " + least + " to " + most);
    }
  }

  /// Sets how old a segment with records gets before it is sealed, busy or idle; never by age
  /// unless set.
  public WalOptions withMaxSegmentAge(Duration value) {
    check("maxSegmentAge", value.toNanos(), 1, Duration.ofDays(366).toNanos());
    WalOptions changed = new WalOptions(this);
    changed.maxSegmentAge = value;
    return changed;
  }

  /// Sets the longest payload of a record, in bytes: at most 1 GiB.
  public WalOptions withMaxRecordBytes(long value) {
    check("maxRecordBytes", value, 1, 1L << 30);
    WalOptions changed = new WalOptions(this);
    changed.maxRecordBytes = value;
    return changed;
  }

  /// Sets the longest batch, in bytes of its frames: at most 1 GiB.
  public WalOptions withMaxBatchBytes(long value) {
    check("maxBatchBytes", value, 1, 1L << 30);
    WalOptions changed = new WalOptions(this);
    changed.maxBatchBytes = value;
    return changed;
  }

  /// Sets the length of a staging window, in bytes: the most that one group of ordinary appends
  /// holds; 16 KiB to 16 MiB. A longer batch is a group of its own, one at a time.
  public WalOptions withWindowBytes(int value) {
    check("windowBytes", value, 16 << 10, 16 << 20);
    if (value % Layout.BLOCK != 0) {
      throw new IllegalArgumentException("windowBytes " + value + " is not a multiple of 4096");
    }
    WalOptions changed = new WalOptions(this);
    changed.windowBytes = value;
    return changed;
  }

  /// Sets the number of staging windows, 2 to 64: with their length, the bound on what is accepted
  /// but not yet written. Memory is taken for as many as were ever needed at once.
  public WalOptions withWindows(int value) {
    check("windows", value, 2, 64);
    WalOptions changed = new WalOptions(this);
    changed.windows = value;
    return changed;
  }

  /// Sets how many callbacks and futures may be pending: a power of two up to 2^20.
  public WalOptions withMaxPendingAppends(int value) {
    check("maxPendingAppends", value, 2, 1 << 20);
    if (Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException("maxPendingAppends " + value + " is not a power of two");
    }
    WalOptions changed = new WalOptions(this);
    changed.maxPendingAppends = value;
    return changed;
  }

  /// Sets the log's durability.
  public WalOptions withDurability(Durability value) {
    WalOptions changed = new WalOptions(this);
    changed.durability = value;
    return changed;
  }

  /// Sets how long an accepted record that nobody waits for stays unwritten.
  public WalOptions withWriteOutDelay(Duration value) {
    check("writeOutDelay", value.toNanos(), 0, Duration.ofMinutes(1).toNanos());
    WalOptions changed = new WalOptions(this);
    changed.writeOutDelay = value;
    return changed;
  }

  /// Sets how long the log is idle before it marks its end as promised.
  public WalOptions withIdleMarkDelay(Duration value) {
    check("idleMarkDelay", value.toNanos(), 1, Duration.ofHours(1).toNanos());
    WalOptions changed = new WalOptions(this);
    changed.idleMarkDelay = value;
    return changed;
  }

  /// Sets how appends reach the file; STAGED unless set. A log may be opened with the other one
  /// next time.
  public WalOptions withAppendMode(AppendMode value) {
    WalOptions changed = new WalOptions(this);
    changed.appendMode = value;
    return changed;
  }

  /// Sets what happens to a tail block that a group does not fill.
  public WalOptions withTailBlock(TailBlock value) {
    WalOptions changed = new WalOptions(this);
    changed.tailBlock = value;
    return changed;
  }

  /// Sets what appends do while the queue is full.
  public WalOptions withOverload(Overload value) {
    WalOptions changed = new WalOptions(this);
    changed.overload = value;
    return changed;
  }

  /// Sets what is removed by itself.
  public WalOptions withRetention(Retention value) {
    WalOptions changed = new WalOptions(this);
    changed.retention = value;
    return changed;
  }

  /// Sets what happens at open when a sealed segment is damaged or missing.
  public WalOptions withEnforce(Enforce value) {
    WalOptions changed = new WalOptions(this);
    changed.enforce = value;
    return changed;
  }

  /// Sets who is told.
  public WalOptions withListener(WalListener value) {
    WalOptions changed = new WalOptions(this);
    changed.listener = value;
    return changed;
  }

  /// Sets what compresses and encrypts payloads, and reads those that are. Without one, records
  /// that are stored as they were given can be read, and appends store them so.
  public WalOptions withCodec(RecordCodec value) {
    WalOptions changed = new WalOptions(this);
    changed.codec = value;
    return changed;
  }

  /// Sets how sealed segments are compressed. Reading goes on as before, by index and by time.
  /// Compressed files are not used again for new segments, and [Retention] counts a segment by the
  /// length that it had; encrypted segments, which do not get smaller, stay as they are.
  public WalOptions withSealedCompression(SealedCompression value) {
    WalOptions changed = new WalOptions(this);
    changed.sealedCompression = value;
    return changed;
  }

  /// Returns the prefix of file names.
  public String prefix() {
    return prefix;
  }

  /// Returns the length to which segments grow, in bytes.
  public long segmentBytes() {
    return segmentBytes;
  }

  /// Returns the length of a new log's first segment, in bytes.
  public long firstSegmentBytes() {
    return firstSegmentBytes;
  }

  /// Returns how old a segment with records gets before it is sealed; empty when age does not
  /// matter.
  public Optional<Duration> maxSegmentAge() {
    return Optional.ofNullable(maxSegmentAge);
  }

  /// Returns the longest payload of a record, in bytes.
  public long maxRecordBytes() {
    return maxRecordBytes;
  }

  /// Returns the longest batch, in bytes of its frames.
  public long maxBatchBytes() {
    return maxBatchBytes;
  }

  /// Returns the length of a staging window, in bytes.
  public int windowBytes() {
    return windowBytes;
  }

  /// Returns the number of staging windows.
  public int windows() {
    return windows;
  }

  /// Returns how many callbacks and futures may be pending.
  public int maxPendingAppends() {
    return maxPendingAppends;
  }

  /// Returns the log's durability.
  public Durability durability() {
    return durability;
  }

  /// Returns how long an accepted record that nobody waits for stays unwritten.
  public Duration writeOutDelay() {
    return writeOutDelay;
  }

  /// Returns how long the log is idle before it marks its end.
  public Duration idleMarkDelay() {
    return idleMarkDelay;
  }

  /// Returns what happens to a tail block that a group does not fill.
  public TailBlock tailBlock() {
    return tailBlock;
  }

  /// Returns how appends reach the file.
  public AppendMode appendMode() {
    return appendMode;
  }

  /// Returns what appends do while the queue is full.
  public Overload overload() {
    return overload;
  }

  /// Returns what is removed by itself.
  public Retention retention() {
    return retention;
  }

  /// Returns what happens at open when a sealed segment is damaged or missing.
  public Enforce enforce() {
    return enforce;
  }

  /// Returns who is told.
  public WalListener listener() {
    return listener;
  }

  /// Returns what compresses and encrypts payloads; empty when nothing does.
  public Optional<RecordCodec> codec() {
    return Optional.ofNullable(codec);
  }

  /// Returns how sealed segments are compressed.
  public SealedCompression sealedCompression() {
    return sealedCompression;
  }

  /// Sets the lock under which appends claim their place; with `SEAWALL_WAL_USE_STD_LOCKS` it is
  /// [ClaimLock#STANDARD] whatever is set here.
  public WalOptions withClaimLock(ClaimLock value) {
    WalOptions changed = new WalOptions(this);
    changed.claimLock = value;
    return changed;
  }

  /// Returns the lock under which appends claim their place.
  public ClaimLock claimLock() {
    return claimLock;
  }
}
