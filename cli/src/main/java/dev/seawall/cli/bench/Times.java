// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.bench;

import java.util.Arrays;

/// How long each of many operations took. Confined to one thread.
final class Times {
  private long[] nanos = new long[1 << 12];
  private int count;

  void add(long value) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = value;
  }

  void addAll(Times others) {
    for (int i = 0; i < others.count; i++) {
      add(others.nanos[i]);
    }
  }

  long[] all() {
    return Arrays.copyOf(nanos, count);
  }
}
