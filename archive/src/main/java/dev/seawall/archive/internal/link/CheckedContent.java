// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.link;

import dev.seawall.archive.internal.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/// A stream that fails instead of giving its last bytes, when all of them together have another
/// hash than they must. Used by one thread at a time.
///
/// The failure comes before the last bytes, not after them: a receiver that counts bytes never asks
/// for the end.
public final class CheckedContent extends FilterInputStream {
  private final MessageDigest digest = Sha256.digest();
  private final String what;
  private final String sha256;
  private long left;

  /// Checks `bytes` bytes of `source`.
  public CheckedContent(InputStream source, String what, long bytes, String sha256) {
    super(source);
    this.what = what;
    this.left = bytes;
    this.sha256 = sha256;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int read = in.read(target, offset, (int) Math.min(count, left));
    if (read <= 0) {
      throw new IOException(what + " is " + left + " bytes too short");
    }
    digest.update(target, offset, read);
    left -= read;
    if (left == 0) {
      String found = Sha256.hex(digest);
      if (!found.equals(sha256)) {
        throw new IOException(
            what + " is damaged: expected SHA-256 " + sha256 + ", computed " + found);
      }
    }
    return read;
  }

  @Override
  public long skip(long count) {
    throw new UnsupportedOperationException("every byte is checked");
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
