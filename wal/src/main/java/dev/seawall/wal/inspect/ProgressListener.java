// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

/// Is told how far a long run is. Called on the caller's thread, at most once per window of bytes.
@FunctionalInterface
public interface ProgressListener {
  /// Hears nothing.
  ProgressListener NONE = (done, total) -> {};

  /// Called with bytes done and bytes in all; the total does not change during a run.
  void progress(long doneBytes, long totalBytes);
}
