// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

/// A capture that is read beside others, by one thread at a time; close it when it was read.
public final class DetachedCapture implements AutoCloseable {
  private final Capture capture;
  private final DetachedAccess access;

  DetachedCapture(Capture capture, DetachedAccess access) {
    this.capture = capture;
    this.access = access;
  }

  /// Returns the capture, valid until [#close].
  public Capture capture() {
    return capture;
  }

  @Override
  public void close() {
    access.close();
  }
}
