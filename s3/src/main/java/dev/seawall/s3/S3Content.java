// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectContent;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;

/// Content on its way to the SDK: remembers when the source fails, which the SDK would report as a
/// failure of the store. Used by one thread at a time.
final class S3Content {
  static final String TYPE = "application/octet-stream";

  private final ObjectContent content;
  private final long bytes;
  private @Nullable IOException failure;

  S3Content(ObjectContent content, long bytes) {
    this.content = content;
    this.bytes = bytes;
  }

  /// Returns a body that can be read any number of times, as signing needs it.
  RequestBody body() {
    ContentStreamProvider provider =
        () -> {
          try {
            return new Watched(content.open(), bytes);
          } catch (IOException e) {
            failure = e;
            throw new UncheckedIOException(e);
          }
        };
    return RequestBody.fromContentProvider(provider, bytes, TYPE);
  }

  /// Returns why the source failed, if it did.
  @Nullable IOException failure() {
    return failure;
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private final class Watched extends FilterInputStream {
    private long left;

    Watched(InputStream source, long bytes) {
      super(source);
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      try {
        int read = in.read(target, offset, count);
        if (read < 0 && left > 0) {
          throw new IOException("the content ended " + left + " bytes early");
        }
        left -= Math.max(0, read);
        return read;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
