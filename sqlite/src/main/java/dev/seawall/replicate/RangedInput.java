// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An object as a stream: fetched in parts, one part ahead of the reader, all of one version.
/// Confined to one thread.
///
/// The first part is asked for when it is made, so that making many fetches many at a time.
final class RangedInput extends InputStream {
  private final Fetchers fetchers;
  private final ObjectKey key;
  private final long size;
  private final int partBytes;
  private final Fetchers.Part first;
  private Fetchers.@Nullable Part next;
  private byte[] part = new byte[0];
  private int at;
  private long asked;
  private @Nullable String version;

  /// @param size the object's length in bytes
  /// @param partBytes how much is fetched at a time; twice that is held
  RangedInput(Fetchers fetchers, ObjectKey key, long size, int partBytes) {
    this.fetchers = fetchers;
    this.key = key;
    this.size = size;
    this.partBytes = partBytes;
    this.first = ask();
    this.next = first;
  }

  private Fetchers.Part ask() {
    int length = (int) Math.min(partBytes, size - asked);
    Fetchers.Part request = fetchers.request(key, asked, length, version);
    asked += length;
    return request;
  }

  @Override
  public int read() throws IOException {
    return fill() ? part[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int taken = Math.min(length, part.length - at);
    System.arraycopy(part, at, to, from, taken);
    at += taken;
    return taken;
  }

  /// Returns the object's metadata; empty before the first byte was read.
  Map<String, String> metadata() {
    return first.metadata();
  }

  private boolean fill() throws IOException {
    if (at < part.length) {
      return true;
    }
    Fetchers.Part coming = next;
    if (coming == null) {
      part = new byte[0];
      at = 0;
      return false;
    }
    part = fetchers.await(coming);
    at = 0;
    version = first.foundVersion();
    next = asked < size ? ask() : null;
    return part.length > 0 || fill();
  }
}
