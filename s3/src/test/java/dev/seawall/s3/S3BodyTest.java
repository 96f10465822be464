// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// What the SDK finds wrong in the middle of a body.
final class S3BodyTest {
  @Test
  void aFailureOfTheSdkIsNotTheEnd() throws Exception {
    InputStream wrong =
        new InputStream() {
          @Override
          public int read() {
            throw SdkClientException.create("the checksum of the body is wrong");
          }

          @Override
          public int read(byte[] target, int offset, int count) {
            throw SdkClientException.create("the checksum of the body is wrong");
          }
        };
    try (S3Body body =
        new S3Body(
            ObjectKey.of("db/key"),
            new ResponseInputStream<>(
                GetObjectResponse.builder().build(), AbortableInputStream.create(wrong)),
            10)) {
      assertThatThrownBy(() -> body.read(new byte[10], 0, 10))
          .isInstanceOfSatisfying(
              ObjectStoreException.class,
              e -> {
                assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
                assertThat(e).hasMessageContaining("db/key").hasMessageContaining("checksum");
              });
    }
  }
}
