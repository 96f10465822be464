// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One object as a stream: fetched part by part, each again if need be, all of one version, hashed
/// on the way.
final class ReplicaStream extends InputStream {
  private static final int PART_BYTES = 1 << 20;

  private final ReplicaHome home;
  private final ObjectKey key;
  private final long bytes;
  private final LongConsumer listener;
  private final MessageDigest digest;
  private byte[] part = new byte[0];
  private int taken;
  private long fetched;
  private @Nullable String version;
  private @Nullable String expected;

  /// @param bytes of the object
  /// @param listener is told how many bytes came, each time some did
  ReplicaStream(ReplicaHome home, ObjectKey key, long bytes, LongConsumer listener) {
    this.home = home;
    this.key = key;
    this.bytes = bytes;
    this.listener = listener;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Returns the SHA-256 that the object carries; null when it carries none, or nothing was read.
  @Nullable String expectedHash() {
    return expected;
  }

  /// Reads what is left and returns the SHA-256 of everything.
  String finish() throws IOException {
    while (fill()) {
      taken = part.length;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public int read() throws IOException {
    return fill() ? part[taken++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int read = Math.min(count, part.length - taken);
    System.arraycopy(part, taken, target, offset, read);
    taken += read;
    return read;
  }

  private boolean fill() throws IOException {
    if (taken < part.length) {
      return true;
    }
    if (fetched == bytes) {
      return false;
    }
    int wanted = (int) Math.min(PART_BYTES, bytes - fetched);
    part =
        home.retrier()
            .call(() -> {
              try (ObjectBody body = home.store().get(key, fetched, wanted, version)) {
                version = body.info().version();
                expected = body.info().sha256();
                return body.stream().readNBytes(wanted);
              }
            });
    if (part.length == 0) {
      // Shorter than listed: whoever decodes it says so.
      return false;
    }
    taken = 0;
    fetched += part.length;
    digest.update(part);
    listener.accept(part.length);
    return true;
  }
}
