// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.L0Retention;
import dev.seawall.archive.LeaseOptions;
import dev.seawall.ltx.PageEncoding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How a database is replicated. Immutable.
public final class ReplicatorOptions {
  private static final long FIVE_MINUTES = 300_000;
  private static final ReplicatorOptions DEFAULTS = new ReplicatorOptions();

  // Set by the constructor and by `with` on a fresh copy; never afterwards.
  private @Nullable Path spool;
  private long syncIntervalMillis = 1000;
  private long pollMillis = 50;
  private long snapshotIntervalMillis = 3_600_000;
  private long snapshotMaxIntervalMillis;
  private long snapshotMaxFrames;
  private long snapshotIdleMillis;
  private boolean snapshotAtStart;
  private List<Duration> levels =
      List.of(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));
  private Duration l0Retention = L0Retention.LEAST_AGE;
  private long checkpointIntervalMillis = 60_000;
  private long minCheckpointPages = 1000;
  private long truncatePages = 121_359;
  private @Nullable LeaseOptions lease =
      LeaseOptions.of("seawall").withTtlMillis(FIVE_MINUTES).withRestWhenIdle(true);
  private long snapshotMaxWalBytes = 256L << 20;
  private long snapshotMaxHoldMillis = 600_000;
  private long maxPendingBytes = 1L << 30;
  private long keptBytes = 16L << 20;
  private int busyMillis = 25;
  private int uploads = 4;
  private PageEncoding encoding = PageEncoding.FRAME;

  private ReplicatorOptions() {}

  private ReplicatorOptions(ReplicatorOptions other) {
    spool = other.spool;
    syncIntervalMillis = other.syncIntervalMillis;
    pollMillis = other.pollMillis;
    snapshotIntervalMillis = other.snapshotIntervalMillis;
    snapshotMaxIntervalMillis = other.snapshotMaxIntervalMillis;
    snapshotMaxFrames = other.snapshotMaxFrames;
    snapshotIdleMillis = other.snapshotIdleMillis;
    snapshotAtStart = other.snapshotAtStart;
    levels = other.levels;
    l0Retention = other.l0Retention;
    checkpointIntervalMillis = other.checkpointIntervalMillis;
    minCheckpointPages = other.minCheckpointPages;
    truncatePages = other.truncatePages;
    lease = other.lease;
    snapshotMaxWalBytes = other.snapshotMaxWalBytes;
    snapshotMaxHoldMillis = other.snapshotMaxHoldMillis;
    maxPendingBytes = other.maxPendingBytes;
    keptBytes = other.keptBytes;
    busyMillis = other.busyMillis;
    uploads = other.uploads;
    encoding = other.encoding;
  }

  /// One second between links, a snapshot an hour, Litestream's levels and checkpoints, a lease of
  /// five minutes that rests while nothing is written.
  public static ReplicatorOptions defaults() {
    return DEFAULTS;
  }

  private ReplicatorOptions with(Consumer<ReplicatorOptions> change) {
    ReplicatorOptions copy = new ReplicatorOptions(this);
    change.accept(copy);
    return copy;
  }

  private static long atLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", at least " + least);
    }
    return value;
  }

  /// Returns options with the local queue in this directory; it belongs to one database alone.
  public ReplicatorOptions withSpool(Path directory) {
    return with(copy -> copy.spool = directory);
  }

  /// Returns options that differ in the least time between two links, in milliseconds; 0 for none.
  /// The first commit after a quiet time is shipped at once.
  public ReplicatorOptions withSyncIntervalMillis(long millis) {
    return with(copy -> copy.syncIntervalMillis = atLeast(0, millis, "sync interval, ms,"));
  }

  /// Returns options that differ in how often the database is looked at, in milliseconds; twice as
  /// long after ten quiet seconds, four times as long after a minute.
  public ReplicatorOptions withPollMillis(long millis) {
    return with(copy -> copy.pollMillis = atLeast(1, millis, "poll interval, ms,"));
  }

  /// Returns options that differ in the time between snapshots of a database that changes, in
  /// milliseconds; 0 for none.
  public ReplicatorOptions withSnapshotIntervalMillis(long millis) {
    return with(copy -> copy.snapshotIntervalMillis = atLeast(0, millis, "snapshot interval, ms,"));
  }

  /// Returns options with a snapshot so long after the first change that the last one does not
  /// have, in milliseconds; 0 for none because of that.
  public ReplicatorOptions withSnapshotMaxIntervalMillis(long millis) {
    return with(copy ->
        copy.snapshotMaxIntervalMillis = atLeast(0, millis, "longest snapshot interval, ms,"));
  }

  /// Returns options with a snapshot after so many captured frames of the WAL; 0 for none because
  /// of that.
  public ReplicatorOptions withSnapshotMaxFrames(long frames) {
    return with(copy -> copy.snapshotMaxFrames = atLeast(0, frames, "frames for a snapshot"));
  }

  /// Returns options with a snapshot when a database that changed was idle for so long, in
  /// milliseconds; 0 for none because of that.
  public ReplicatorOptions withSnapshotIdleMillis(long millis) {
    return with(copy -> copy.snapshotIdleMillis = atLeast(0, millis, "idle time, ms,"));
  }

  /// Returns options that differ in whether every start makes a snapshot.
  public ReplicatorOptions withSnapshotAtStart(boolean wanted) {
    return with(copy -> copy.snapshotAtStart = wanted);
  }

  /// Returns options that differ in the levels above 0: how often each one merges what is below.
  ///
  /// @param intervals of level 1 and up, ascending, at most 8; empty for no levels
  public ReplicatorOptions withLevels(List<Duration> intervals) {
    if (intervals.size() > 8 || !intervals.equals(intervals.stream().sorted().toList())) {
      throw new IllegalArgumentException("levels " + intervals + ", at most 8, ascending");
    }
    return with(copy -> copy.levels = List.copyOf(intervals));
  }

  /// Returns options that differ in how long merged links of level 0 stay, an hour at least.
  public ReplicatorOptions withL0Retention(Duration age) {
    if (age.compareTo(L0Retention.LEAST_AGE) < 0) {
      throw new IllegalArgumentException(
          "retention of level 0 is " + age + ", at least " + L0Retention.LEAST_AGE);
    }
    return with(copy -> copy.l0Retention = age);
  }

  /// Returns options that differ in the time after which captured frames are checkpointed, in
  /// milliseconds; 0 for never because of time.
  public ReplicatorOptions withCheckpointIntervalMillis(long millis) {
    return with(
        copy -> copy.checkpointIntervalMillis = atLeast(0, millis, "checkpoint interval, ms,"));
  }

  /// Returns options that differ in the pages in the WAL from which on it is checkpointed.
  public ReplicatorOptions withMinCheckpointPages(long pages) {
    return with(copy -> copy.minCheckpointPages = atLeast(1, pages, "pages for a checkpoint"));
  }

  /// Returns options that differ in the pages in the WAL's file from which on it is emptied; 0 for
  /// never.
  public ReplicatorOptions withTruncatePages(long pages) {
    return with(copy -> copy.truncatePages = atLeast(0, pages, "pages for a truncation"));
  }

  /// Returns options with this lease.
  public ReplicatorOptions withLease(LeaseOptions options) {
    return with(copy -> copy.lease = options);
  }

  /// Returns options without a lease: for a replica that nobody else can write.
  public ReplicatorOptions withoutLease() {
    return with(copy -> copy.lease = null);
  }

  /// Returns options that differ in how far the WAL may grow while a snapshot streams, in bytes.
  /// Beyond it the rest of the snapshot goes to the local disk, and the WAL is free.
  public ReplicatorOptions withSnapshotMaxWalBytes(long bytes) {
    return with(copy -> copy.snapshotMaxWalBytes = atLeast(0, bytes, "WAL beside a snapshot"));
  }

  /// Returns options that differ in how long a snapshot may stream before its rest goes to the
  /// local disk, in milliseconds.
  public ReplicatorOptions withSnapshotMaxHoldMillis(long millis) {
    return with(copy -> copy.snapshotMaxHoldMillis = atLeast(0, millis, "hold of a snapshot, ms,"));
  }

  /// Returns options that differ in how many bytes may wait to be shipped; then nothing more is
  /// captured until there is room.
  public ReplicatorOptions withMaxPendingBytes(long bytes) {
    return with(copy -> copy.maxPendingBytes = atLeast(1, bytes, "bytes waiting"));
  }

  /// Returns options that differ in how many bytes of shipped links stay on the local disk, for
  /// merging and for a fast restore.
  public ReplicatorOptions withKeptBytes(long bytes) {
    return with(copy -> copy.keptBytes = atLeast(0, bytes, "bytes kept"));
  }

  /// Returns options that differ in how long the database's write lock is waited for at a time, in
  /// milliseconds.
  public ReplicatorOptions withBusyMillis(int millis) {
    return with(copy -> copy.busyMillis = (int) atLeast(0, millis, "busy timeout, ms,"));
  }

  /// Returns options that differ in how many links are staged at once.
  public ReplicatorOptions withUploads(int links) {
    return with(copy -> copy.uploads = (int) atLeast(1, links, "links staged at once"));
  }

  /// Returns options that differ in how pages are compressed.
  public ReplicatorOptions withEncoding(PageEncoding value) {
    return with(copy -> copy.encoding = value);
  }

  /// Returns the directory of the local queue.
  public Path spool(Path database) {
    Path chosen = spool;
    return chosen != null
        ? chosen
        : database.toAbsolutePath().resolveSibling("." + database.getFileName() + "-seawall");
  }

  /// Returns the least time between two links, in milliseconds.
  public long syncIntervalMillis() {
    return syncIntervalMillis;
  }

  /// Returns how often the database is looked at, in milliseconds.
  public long pollMillis() {
    return pollMillis;
  }

  /// Returns the time between snapshots, in milliseconds; 0 for none.
  public long snapshotIntervalMillis() {
    return snapshotIntervalMillis;
  }

  /// Returns how long a change may wait for a snapshot, in milliseconds; 0 for ever.
  public long snapshotMaxIntervalMillis() {
    return snapshotMaxIntervalMillis;
  }

  /// Returns the captured frames that make a snapshot due; 0 for none.
  public long snapshotMaxFrames() {
    return snapshotMaxFrames;
  }

  /// Returns the idle time that makes a snapshot due, in milliseconds; 0 for none.
  public long snapshotIdleMillis() {
    return snapshotIdleMillis;
  }

  /// Returns whether every start makes a snapshot.
  public boolean snapshotAtStart() {
    return snapshotAtStart;
  }

  /// Returns how often each level from 1 on merges what is below it.
  public List<Duration> levels() {
    return levels;
  }

  /// Returns how long merged links of level 0 stay.
  public Duration l0Retention() {
    return l0Retention;
  }

  /// Returns the time between checkpoints, in milliseconds; 0 for never because of time.
  public long checkpointIntervalMillis() {
    return checkpointIntervalMillis;
  }

  /// Returns the pages from which on the WAL is checkpointed.
  public long minCheckpointPages() {
    return minCheckpointPages;
  }

  /// Returns the pages from which on the WAL's file is emptied; 0 for never.
  public long truncatePages() {
    return truncatePages;
  }

  /// Returns how the lease is kept; null for none.
  public @Nullable LeaseOptions lease() {
    return lease;
  }

  /// Returns how far the WAL may grow while a snapshot streams, in bytes.
  public long snapshotMaxWalBytes() {
    return snapshotMaxWalBytes;
  }

  /// Returns how long a snapshot may stream, in milliseconds.
  public long snapshotMaxHoldMillis() {
    return snapshotMaxHoldMillis;
  }

  /// Returns how many bytes may wait to be shipped.
  public long maxPendingBytes() {
    return maxPendingBytes;
  }

  /// Returns how many bytes of shipped links stay.
  public long keptBytes() {
    return keptBytes;
  }

  /// Returns how long the write lock is waited for at a time, in milliseconds.
  public int busyMillis() {
    return busyMillis;
  }

  /// Returns how many links are staged at once.
  public int uploads() {
    return uploads;
  }

  /// Returns how pages are compressed.
  public PageEncoding encoding() {
    return encoding;
  }
}
