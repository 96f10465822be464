// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ChainEnd;
import dev.seawall.archive.LinkKind;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.LinkStoreFullException;
import dev.seawall.archive.LinkWriter;
import dev.seawall.archive.StoredLink;
import dev.seawall.io.StorageException;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.sqlite.internal.Capture;
import dev.seawall.sqlite.internal.CaptureFile;
import dev.seawall.sqlite.internal.WalCapture;
import dev.seawall.sqlite.internal.WalPosition;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes one link of one capture, a piece at a time. Confined to the replicator's steps.
///
/// The link's metadata say when its last commit was seen, under the name that Litestream reads, and
/// where it ends in SQLite's WAL: that is all a restart needs to go on.
final class LinkMaker implements AutoCloseable {
  /// When the last commit of a link was seen: Litestream's name for it.
  static final String TIMESTAMP = "litestream-timestamp";

  private static final String POSITION = "seawall-wal-position";
  private static final int GATHERED_BYTES = 1 << 14;

  private final Capture capture;
  private final LinkWriter writer;
  private final OutputStream out;
  private final CaptureFile file;
  private final long txid;
  private final long seenMillis;

  private LinkMaker(
      Capture capture, LinkWriter writer, long txid, long seenMillis, PageEncoding encoding)
      throws IOException {
    this.capture = capture;
    this.writer = writer;
    this.txid = txid;
    this.seenMillis = seenMillis;
    this.out = new BufferedOutputStream(writer, GATHERED_BYTES);
    this.file = new CaptureFile(capture, txid, seenMillis, encoding, out);
  }

  /// Begins the link behind the newest one.
  ///
  /// @param seenMillis wall clock when its last commit was seen
  /// @throws LinkStoreFullException when too much waits to be shipped
  static LinkMaker begin(LinkStore links, Capture capture, long seenMillis, PageEncoding encoding)
      throws IOException {
    ChainEnd end = links.end();
    long txid = end == null ? 1 : end.last() + 1;
    LinkKind kind = capture.isSnapshot() ? LinkKind.BASE : LinkKind.DELTA;
    LinkWriter writer = links.begin(kind, txid);
    try {
      return new LinkMaker(capture, writer, txid, seenMillis, encoding);
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /// Returns the transaction id of the link.
  long txid() {
    return txid;
  }

  /// Writes pages.
  ///
  /// @return whether there are more
  boolean next(long mostPages) throws IOException {
    return file.next(mostPages);
  }

  /// Ends the link; it is durable in the queue when this returns.
  ///
  /// @return null when the WAL changed meanwhile: nothing was promised
  @Nullable StoredLink finish() throws IOException {
    if (!file.finish()) {
      return null;
    }
    out.flush();
    return writer.commit(
        txid,
        Map.of(
            TIMESTAMP,
            Instant.ofEpochMilli(seenMillis).toString(),
            POSITION,
            WalCapture.positionOf(capture).toText()));
  }

  /// Gives up unless finished.
  @Override
  public void close() {
    writer.close();
  }

  /// Makes a whole link.
  ///
  /// @return null when the WAL changed meanwhile
  static @Nullable StoredLink make(
      LinkStore links, Capture capture, long seenMillis, PageEncoding encoding) throws IOException {
    try (LinkMaker maker = begin(links, capture, seenMillis, encoding)) {
      while (maker.next(Long.MAX_VALUE)) {}
      return maker.finish();
    }
  }

  /// Returns where the newest link of a queue ends in SQLite's WAL; null when it does not say.
  static @Nullable WalPosition position(LinkStore links) throws StorageException {
    return WalPosition.parse(links.endMetadata().get(POSITION));
  }

  /// Returns when the last commit of a link was seen, in milliseconds since 1970; 0 when it does
  /// not say.
  static long seenMillis(StoredLink link) {
    return seenMillis(link.metadata());
  }

  /// The same, from a link's metadata.
  static long seenMillis(Map<String, String> metadata) {
    String text = metadata.get(TIMESTAMP);
    if (text == null) {
      return 0;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeException _) {
      return 0;
    }
  }
}
