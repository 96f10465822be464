// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.util.Arrays;

/// What one database's writer has committed: row `i` returned at `micros(i)`. Written by one
/// thread, read after that has ended.
final class Written {
  private long[] micros = new long[1024];
  private long[] latencies = new long[1024];
  private int rows;

  void add(long commitMicros, long latencyNanos) {
    if (rows == micros.length) {
      micros = Arrays.copyOf(micros, rows * 2);
      latencies = Arrays.copyOf(latencies, rows * 2);
    }
    micros[rows] = commitMicros;
    latencies[rows++] = latencyNanos;
  }

  int rows() {
    return rows;
  }

  /// Returns when the commit of a row, from 1 on, returned: microseconds since 1970.
  long micros(int row) {
    return micros[row - 1];
  }

  long[] latencies(int firstRow) {
    return Arrays.copyOfRange(latencies, Math.min(rows, firstRow - 1), rows);
  }
}
