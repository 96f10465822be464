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
  private CaptureFile() {}

  /// Writes a file.
  ///
  /// @param txid of the capture; a snapshot that does not begin a chain has all pages too
  /// @param timestampMillis when the last commit was seen
  /// @param out gets the file; neither flushed nor closed
  /// @return false when the WAL changed meanwhile: what was written is no file
  public static boolean write(
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
    LtxEncoder encoder = new LtxEncoder(out, header, encoding);
    if (!capture.writeTo(encoder::page)) {
      return false;
    }
    encoder.finish();
    return true;
  }
}
