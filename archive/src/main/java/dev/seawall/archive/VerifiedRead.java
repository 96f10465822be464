// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.Sha256;
import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Reads whole objects: resumed where a connection broke, always of one version, checked against
/// their SHA-256. Thread-safe.
public final class VerifiedRead {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Replica replica;

  /// Makes a reader.
  public VerifiedRead(Replica replica) {
    this.replica = replica;
  }

  /// Copies an object to `target`; when it returns, every byte was there and the hash was right, if
  /// the object carries one (see [ObjectInfo#sha256]; another program's does not).
  ///
  /// What was written to `target` before a failure is worthless. Breaks of the connection are not
  /// seen by it: reading goes on where it was, for as long as it gets on at all.
  ///
  /// @throws ObjectStoreException of kind DAMAGED when the hash is wrong
  public ObjectInfo copy(ObjectKey key, OutputStream target) throws IOException {
    MessageDigest digest = Sha256.digest();
    Progress progress = new Progress();
    int stalled = 0;
    while (!progress.ended()) {
      long before = progress.taken;
      ObjectBody body =
          replica
              .retrier()
              .call(() ->
                  replica.store().get(key, progress.taken, Long.MAX_VALUE, progress.version()));
      try (body) {
        progress.info = body.info();
        pump(body, target, digest, progress);
      } catch (ObjectStoreException e) {
        stalled = progress.taken > before ? 0 : stalled + 1;
        if (!e.isTransient() || stalled >= replica.retrier().policy().maxAttempts()) {
          throw e;
        }
        replica
            .retrier()
            .pause(replica.retrier().policy().delayNanos(stalled + 1, replica.machine().random()));
      }
    }
    ObjectInfo info = progress.require();
    check(info, Sha256.hex(digest));
    return info;
  }

  /// Reads a small object.
  ///
  /// @throws ObjectStoreException of kind INVALID when it has more than `maxBytes` bytes, DAMAGED
  ///   when its hash is wrong
  public byte[] bytes(ObjectKey key, int maxBytes) throws IOException {
    ObjectInfo info = replica.head(key);
    if (info != null && info.bytes() > maxBytes) {
      throw new ObjectStoreException(
          "get",
          key.text(),
          Kind.INVALID,
          Effect.NOT_DONE,
          "it has " + info.bytes() + " bytes, the limit is " + maxBytes,
          null);
    }
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    copy(key, target);
    return target.toByteArray();
  }

  private static final class Progress {
    private @Nullable ObjectInfo info;
    private long taken;
    private boolean whole;

    boolean ended() {
      return whole;
    }

    @Nullable String version() {
      ObjectInfo known = info;
      return known == null ? null : known.version();
    }

    ObjectInfo require() {
      ObjectInfo known = info;
      if (known == null) {
        throw new IllegalStateException("nothing was read");
      }
      return known;
    }
  }

  private static void pump(
      ObjectBody body, OutputStream target, MessageDigest digest, Progress progress)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = body.stream().read(buffer); read >= 0; read = body.stream().read(buffer)) {
      target.write(buffer, 0, read);
      digest.update(buffer, 0, read);
      progress.taken += read;
    }
    progress.whole = true;
  }

  private static void check(ObjectInfo info, String found) throws ObjectStoreException {
    String expected = info.sha256();
    if (expected != null && !expected.equals(found)) {
      throw new ObjectStoreException(
          "get",
          info.key().text(),
          Kind.DAMAGED,
          Effect.NOT_DONE,
          "expected SHA-256 "
              + expected
              + ", computed "
              + found
              + "; run `seawall verify` to see what else is damaged",
          null);
    }
  }
}
