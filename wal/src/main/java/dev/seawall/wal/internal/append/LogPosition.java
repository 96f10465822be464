// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.append;

/// A place that writes or syncs have reached, and what lies before it. Mutable, so that a group
/// allocates nothing; confined to the leader.
final class LogPosition {
  long seq;
  long segment;
  long position;
  long index;
  long bytes;
  long batches;

  void set(long seq, long segment, long position, long index, long bytes, long batches) {
    this.seq = seq;
    this.segment = segment;
    this.position = position;
    this.index = index;
    this.bytes = bytes;
    this.batches = batches;
  }

  void copy(LogPosition other) {
    set(other.seq, other.segment, other.position, other.index, other.bytes, other.batches);
  }
}
