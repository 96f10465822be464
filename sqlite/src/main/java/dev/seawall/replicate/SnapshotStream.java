// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ScratchFile;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.sqlite.internal.CaptureFile;
import dev.seawall.sqlite.internal.DetachedCapture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// A snapshot as a stream: pages are read and compressed as the store takes them, so that nothing
/// is staged here – until somebody needs the WAL: then the rest goes to a local file at once, and
/// the store goes on from there. Thread-safe.
final class SnapshotStream extends InputStream {
  private static final int PAGES_AT_ONCE = 16;

  private final DetachedCapture source;
  private final CaptureFile file;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
  // All guarded by this.
  private InputStream ready = InputStream.nullInputStream();
  private @Nullable ScratchFile spilled;
  private boolean captured;
  private boolean ended;
  private @Nullable String broken;
  private boolean givenUp;

  /// @param txid of the last link that it covers
  SnapshotStream(DetachedCapture source, long txid, long seenMillis, PageEncoding encoding)
      throws IOException {
    this.source = source;
    this.file = CaptureFile.snapshot(source.capture(), txid, seenMillis, encoding, new Sink());
  }

  // Where the encoder writes: memory, or the local file.
  private final class Sink extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      ScratchFile target = spilled;
      if (target == null) {
        gathered.write(bytes, from, count);
      } else {
        target.write(bytes, from, count);
      }
    }
  }

  /// Returns whether every page was read: the WAL is not needed any more.
  synchronized boolean isCaptured() {
    return captured || broken != null;
  }

  private void capture(long pages) throws IOException {
    if (broken != null) {
      throw new IOException(broken);
    }
    if (file.next(pages)) {
      return;
    }
    if (!file.finish()) {
      broken = "the WAL was restarted under the snapshot";
      throw new IOException(broken);
    }
    captured = true;
    source.close();
  }

  /// Brings pages to a local file from now on.
  ///
  /// @param to not used before
  synchronized void spillTo(ScratchFile to) {
    spilled = to;
  }

  /// Returns whether pages go to a local file.
  synchronized boolean isSpilling() {
    return spilled != null;
  }

  /// Brings some more pages to the local file.
  synchronized void spill(long pages) throws IOException {
    if (!captured && broken == null) {
      capture(pages);
    }
  }

  /// Gives up: whoever reads fails.
  synchronized void abort(String why) {
    if (!captured && broken == null) {
      broken = why;
      source.close();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public synchronized int read(byte[] to, int from, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    while (true) {
      int read = ready.read(to, from, count);
      if (read > 0) {
        return read;
      }
      if (ended || !fill()) {
        return -1;
      }
    }
  }

  private boolean fill() throws IOException {
    while (gathered.size() == 0 && !captured) {
      capture(spilled == null ? PAGES_AT_ONCE : Long.MAX_VALUE);
    }
    if (gathered.size() > 0) {
      ready = new ByteArrayInputStream(gathered.toByteArray());
      gathered.reset();
      return true;
    }
    ScratchFile local = spilled;
    ended = true;
    if (local == null) {
      return false;
    }
    local.complete();
    ready = local.open();
    return true;
  }

  /// Returns whether it was closed before it was read to its end.
  synchronized boolean isGivenUp() {
    return givenUp;
  }

  @Override
  public synchronized void close() {
    givenUp |= !ended;
    abort("the snapshot was given up");
    try {
      ready.close();
    } catch (IOException _) {
      // It was only read.
    }
    ScratchFile local = spilled;
    if (local != null) {
      spilled = null;
      local.close();
    }
  }
}
