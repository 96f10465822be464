// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

/// All bytes before this place were covered by a sync that returned success.
///
/// @param segment a segment number; 0 promises nothing
/// @param position in that segment
public record Promise(long segment, long position) implements Comparable<Promise> {
  /// Promises nothing.
  public static final Promise NONE = new Promise(0, 0);

  @Override
  public int compareTo(Promise other) {
    int bySegment = Long.compare(segment, other.segment);
    return bySegment != 0 ? bySegment : Long.compare(position, other.position);
  }
}
