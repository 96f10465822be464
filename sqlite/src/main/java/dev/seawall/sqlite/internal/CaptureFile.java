// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.ltx.LtxEncoder;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.PageEncoding;
import java.io.IOException;
import java.io.OutputStream;

/// Writes captures as LTX files of one transaction id, as Litestream's level 0 has them.
///
/// The header tells the place in SQLite's WAL where the file ends: position and bytes are added. A
/// snapshot covers no bytes of it. Source: `DB.sync` of Litestream v0.5.17, which goes on from the
/// newest such file and has no other state.
public final class CaptureFile {
  private final Capture capture;
  private final LtxEncoder encoder;

  /// Begins a snapshot of level 9: all pages, of all transactions up to one.
  ///
  /// @param txid of the last link that it covers
  /// @param timestampMillis when the last commit was seen
  /// @param out gets the file; neither flushed nor closed
  public static CaptureFile snapshot(
      Capture capture, long txid, long timestampMillis, PageEncoding encoding, OutputStream out)
      throws IOException {
    LtxHeader header = LtxHeader.of(capture.pageSize(), capture.commit(), 1, txid, timestampMillis);
    return new CaptureFile(capture, new LtxEncoder(out, header, encoding));
  }

  private CaptureFile(Capture capture, LtxEncoder encoder) {
    this.capture = capture;
    this.encoder = encoder;
  }

  /// Begins a file.
  ///
  /// @param txid of the capture; a snapshot that does not begin a chain has all pages too
  /// @param timestampMillis when the last commit was seen
  /// @param out gets the file; neither flushed nor closed
  public CaptureFile(
      Capture capture, long txid, long timestampMillis, PageEncoding encoding, OutputStream out)
      throws IOException {
    LtxHeader header =
        LtxHeader.of(capture.pageSize(), capture.commit(), txid, txid, timestampMillis);
    WalCursor end = capture.end();
    if (end.position() != 0) {
      header =
          header.withWal(
              capture.walPosition(),
              end.position() - capture.walPosition(),
              end.salt1(),
              end.salt2());
    }
    this.capture = capture;
    this.encoder = new LtxEncoder(out, header, encoding);
  }

  /// Writes the next pages.
  ///
  /// @return whether there are more
  public boolean next(long mostPages) throws IOException {
    return capture.next(encoder::page, mostPages);
  }

  /// Ends the file.
  ///
  /// @return false when the WAL changed meanwhile: what was written is no file
  public boolean finish() throws IOException {
    if (!capture.isRight()) {
      return false;
    }
    encoder.finish();
    return true;
  }

  /// Writes a whole file.
  ///
  /// @return false when the WAL changed meanwhile: what was written is no file
  public static boolean write(
      Capture capture, long txid, long timestampMillis, PageEncoding encoding, OutputStream out)
      throws IOException {
    CaptureFile file = new CaptureFile(capture, txid, timestampMillis, encoding, out);
    while (file.next(Long.MAX_VALUE)) {}
    return file.finish();
  }
}
