// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

/// Told once about each append that it was handed in with. The caller owns and may share it:
/// nothing is allocated per append.
///
/// Called on the log's thread or on the thread of an appender that leads a group, in index order.
/// It must return quickly and must not call a blocking method of the log; what it throws is handed
/// to [WalListener#callbackFailed].
public interface AppendCallback {
  /// The record and everything before it is durable.
  ///
  /// @param index the record's index; for a batch that of its last record
  void durable(long index);

  /// The log failed before the record was durable: whether it is there is known after reopening.
  void failed(long index, WalException cause);
}
