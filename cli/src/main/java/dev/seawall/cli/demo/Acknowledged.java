// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a writer said is durable: which record stands at which index. Thread-safe.
public final class Acknowledged {
  private static final int SEQUENCE_BITS = 48;

  // Position i: thread and sequence + 1 of the record at index i; 0 when nothing was said about it.
  private long[] ids = new long[1 << 16];
  private final long[] nextSequence;
  private final long[] lastIndex;
  private long count;
  private @Nullable String conflict;

  /// Nothing is acknowledged yet.
  public Acknowledged(int threads) {
    nextSequence = new long[threads];
    lastIndex = new long[threads];
  }

  /// Notes one record.
  public synchronized void add(long index, int thread, long sequence) {
    int at = Math.toIntExact(index);
    if (at >= ids.length) {
      ids = Arrays.copyOf(ids, Math.max(at + 1, ids.length * 2));
    }
    long id = id(thread, sequence);
    if (ids[at] != 0 && ids[at] != id) {
      conflict =
          "index "
              + index
              + " was acknowledged for "
              + describe(ids[at])
              + " and then, after a kill, for "
              + describe(id);
    }
    if (ids[at] == 0) {
      count++;
    }
    ids[at] = id;
    nextSequence[thread] = Math.max(nextSequence[thread], sequence + 1);
    lastIndex[thread] = Math.max(lastIndex[thread], index);
  }

  /// Returns how many records were acknowledged.
  public synchronized long count() {
    return count;
  }

  /// Returns what is wrong with the acknowledgements themselves, or null.
  public synchronized @Nullable String conflict() {
    return conflict;
  }

  /// Returns the highest acknowledged index.
  public synchronized long highestIndex() {
    return Arrays.stream(lastIndex).max().orElse(0);
  }

  /// Returns what is known of each thread: its next sequence, separated by commas.
  synchronized String nextSequences() {
    StringBuilder text = new StringBuilder();
    for (long next : nextSequence) {
      text.append(text.isEmpty() ? "" : ",").append(next);
    }
    return text.toString();
  }

  /// Returns the index from which a writer has to read on, so that it sees the last record of every
  /// thread.
  synchronized long scanFrom() {
    return Arrays.stream(lastIndex).min().orElse(0) + 1;
  }

  /// Returns whether this record was acknowledged at this index.
  synchronized boolean has(long index) {
    return index < ids.length && ids[(int) index] != 0;
  }

  /// Returns whether what was acknowledged at this index is this record.
  synchronized boolean is(long index, int thread, long sequence) {
    return ids[(int) index] == id(thread, sequence);
  }

  private static long id(int thread, long sequence) {
    return (long) thread << SEQUENCE_BITS | (sequence + 1);
  }

  private static String describe(long id) {
    return "record "
        + ((id & ((1L << SEQUENCE_BITS) - 1)) - 1)
        + " of thread "
        + (id >>> SEQUENCE_BITS);
  }
}
