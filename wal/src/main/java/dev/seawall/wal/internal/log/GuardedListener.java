// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.BackendReport;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.LogFailedException;
import dev.seawall.wal.LogFullException;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.WalListener;

/// Keeps what a listener throws away from the log. As thread-safe as what it wraps.
final class GuardedListener implements WalListener {
  private final WalListener told;

  GuardedListener(WalListener told) {
    this.told = told;
  }

  private static void guard(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      // The listener's own business: a log does not fail because somebody could not hear.
    }
  }

  @Override
  public void recovered(RecoveryReport report) {
    guard(() -> told.recovered(report));
  }

  @Override
  public void backendTaken(BackendReport report) {
    guard(() -> told.backendTaken(report));
  }

  @Override
  public void rolled(long sealedSegment, long nextSegment) {
    guard(() -> told.rolled(sealedSegment, nextSegment));
  }

  @Override
  public void preparationBehind() {
    guard(() -> told.preparationBehind());
  }

  @Override
  public void diskFull(LogFullException cause) {
    guard(() -> told.diskFull(cause));
  }

  @Override
  public void segmentRemoved(long segment, boolean recycled) {
    guard(() -> told.segmentRemoved(segment, recycled));
  }

  @Override
  public void sidecarFailed(long segment, StorageException cause) {
    guard(() -> told.sidecarFailed(segment, cause));
  }

  @Override
  public void segmentCompressed(long segment) {
    guard(() -> told.segmentCompressed(segment));
  }

  @Override
  public void compressionFailed(long segment, StorageException cause) {
    guard(() -> told.compressionFailed(segment, cause));
  }

  @Override
  public void payloadChanged(long index) {
    guard(() -> told.payloadChanged(index));
  }

  @Override
  public void damaged(CorruptException cause) {
    guard(() -> told.damaged(cause));
  }

  @Override
  public void clocksDisagree(long millis) {
    guard(() -> told.clocksDisagree(millis));
  }

  @Override
  public void callbackFailed(long index, Throwable thrown) {
    guard(() -> told.callbackFailed(index, thrown));
  }

  @Override
  public void failed(LogFailedException cause) {
    guard(() -> told.failed(cause));
  }
}
