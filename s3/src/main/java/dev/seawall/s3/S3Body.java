// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectKey;
import dev.seawall.s3.S3Failures.Access;
import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/// The body of a reply. What was not read when it is closed is not fetched. Used by one thread at a
/// time.
final class S3Body extends FilterInputStream {
  private final ObjectKey key;
  private final ResponseInputStream<?> reply;
  private long left;

  S3Body(ObjectKey key, ResponseInputStream<?> reply, long length) {
    super(reply);
    this.key = key;
    this.reply = reply;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    try {
      int read = reply.read(target, offset, count);
      left -= Math.max(0, read);
      return read;
    } catch (SdkException e) {
      throw S3Failures.of("get", key.text(), Access.READ, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (left > 0) {
      reply.abort();
    } else {
      reply.close();
    }
  }
}
