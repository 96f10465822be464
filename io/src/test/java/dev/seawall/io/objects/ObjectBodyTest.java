// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Litestream #1077, #1082, #858: a stream that ended early was taken for a whole object.
final class ObjectBodyTest {
  private static ObjectBody body(InputStream stream, long length) {
    ObjectInfo info = new ObjectInfo(ObjectKey.of("db/key"), 10, null, null, Map.of());
    return new ObjectBody(info, 0, length, stream);
  }

  private static InputStream bytes(int count) {
    return new ByteArrayInputStream(new byte[count]);
  }

  private static void fails(ObjectBody body, String words) {
    assertThatThrownBy(() -> body.stream().readAllBytes())
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
              assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
              assertThat(e).hasMessageContaining("db/key").hasMessageContaining(words);
            });
  }

  @Test
  void aWholeBodyIsAWholeBody() throws IOException {
    assertThat(body(bytes(10), 10).stream().readAllBytes()).hasSize(10);
    assertThat(body(bytes(10), 4).stream().readAllBytes()).as("no more than its range").hasSize(4);
    assertThat(body(bytes(0), 0).stream().readAllBytes()).isEmpty();
  }

  @Test
  void aBodyThatEndsEarlyIsAFailure() {
    for (int count = 0; count < 10; count++) {
      fails(body(bytes(count), 10), "the body ended early after " + count + " of 10 bytes");
    }
  }

  @Test
  void aBodyWhoseConnectionBreaksIsAFailure() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("reset");
          }

          @Override
          public int read(byte[] target, int offset, int count) throws IOException {
            throw new IOException("reset");
          }
        };
    fails(
        body(new SequenceInputStream(bytes(3), broken), 10),
        "the connection broke: reset after 3 of 10 bytes");
  }
}
