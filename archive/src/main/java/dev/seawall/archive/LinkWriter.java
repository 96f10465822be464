// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.BlockWriter;
import dev.seawall.archive.internal.Sha256;
import dev.seawall.io.StorageException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Map;

/// The content of one new link, written to a temporary until [#commit]. Confined to its opener.
public final class LinkWriter extends OutputStream {
  private final LinkStore store;
  private final LinkKind kind;
  private final long first;
  private final BlockWriter file;
  private final MessageDigest digest = Sha256.digest();
  private boolean over;

  LinkWriter(LinkStore store, LinkKind kind, long first, BlockWriter file) {
    this.store = store;
    this.kind = kind;
    this.first = first;
    this.file = file;
  }

  @Override
  public void write(int value) throws StorageException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int count) throws StorageException {
    if (over) {
      throw new IllegalStateException("the link was committed or given up");
    }
    digest.update(source, offset, count);
    file.append(source, offset, count);
  }

  /// Returns how many bytes were written.
  public long size() {
    return file.size();
  }

  /// Makes the link a promise: durable when it returns, in the queue behind all others.
  ///
  /// When it fails before the link has its name – the disk is full –, nothing is promised and the
  /// store goes on. When it fails later, the store has failed: whether the link is promised is
  /// unknown until it is opened again, see [LinkStore#hasFailed].
  ///
  /// @param last last number covered
  /// @param metadata goes to the replica with it
  /// @throws StorageException when the disk failed
  public StoredLink commit(long last, Map<String, String> metadata) throws StorageException {
    if (over) {
      throw new IllegalStateException("the link was committed or given up");
    }
    if (last < first) {
      throw new IllegalArgumentException("a link from " + first + " to " + last);
    }
    over = true;
    return store.commit(file, kind, first, last, Sha256.hex(digest), metadata);
  }

  /// Gives up unless committed. Idempotent.
  @Override
  public void close() {
    if (!over) {
      over = true;
      store.giveUp(file);
    }
  }
}
