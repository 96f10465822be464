// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// How a local queue of links is kept. Immutable.
public final class LinkStoreOptions {
  private static final LinkStoreOptions DEFAULTS = new LinkStoreOptions(1L << 30, 0);

  private final long maxPendingBytes;
  private final long keptBytes;

  private LinkStoreOptions(long maxPendingBytes, long keptBytes) {
    this.maxPendingBytes = maxPendingBytes;
    this.keptBytes = keptBytes;
  }

  /// At most 1 GiB waiting; what was shipped is removed.
  public static LinkStoreOptions defaults() {
    return DEFAULTS;
  }

  /// Returns options that differ in how many bytes may wait to be shipped before new links are
  /// refused.
  public LinkStoreOptions withMaxPendingBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("at most " + bytes + " bytes waiting");
    }
    return new LinkStoreOptions(bytes, keptBytes);
  }

  /// Returns options that differ in how many bytes of shipped links are kept for a fast restore.
  public LinkStoreOptions withKeptBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("keep " + bytes + " bytes");
    }
    return new LinkStoreOptions(maxPendingBytes, bytes);
  }

  /// Returns how many bytes may wait.
  public long maxPendingBytes() {
    return maxPendingBytes;
  }

  /// Returns how many bytes of shipped links are kept.
  public long keptBytes() {
    return keptBytes;
  }
}
