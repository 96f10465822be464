// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.util.TreeMap;
import java.util.TreeSet;

/// Notes what a log says of the records it accepted.
final class CrashTold implements AppendCallback {
  /// Hears nothing.
  static final AppendCallback NOBODY =
      new AppendCallback() {
        @Override
        public void durable(long index) {}

        @Override
        public void failed(long index, WalException cause) {}
      };

  final TreeSet<Long> durable = new TreeSet<>();
  final TreeMap<Long, WalException> failed = new TreeMap<>();

  @Override
  public void durable(long index) {
    durable.add(index);
  }

  @Override
  public void failed(long index, WalException cause) {
    failed.put(index, cause);
  }
}
