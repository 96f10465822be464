// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.s3.S3Options.Encryption;
import dev.seawall.s3.S3Options.StoreChecksum;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A setting that is not understood is fatal: above all one that was meant to protect (#790).
class S3OptionsTest {
  @Test
  void everythingThatIsKnownIsRead() {
    S3Options options =
        S3Options.from(
            Map.ofEntries(
                Map.entry("bucket", "bucket"),
                Map.entry("endpoint", "https://store.example:9000"),
                Map.entry("region", "eu-west-1"),
                Map.entry("force-path-style", "false"),
                Map.entry("ca-bundle", "/etc/ca.pem"),
                Map.entry("access-key-id", "id"),
                Map.entry("secret-access-key", "very secret"),
                Map.entry("session-token", "token"),
                Map.entry("sse", "aws:kms"),
                Map.entry("sse-kms-key-id", "key"),
                Map.entry("storage-class", "STANDARD_IA"),
                Map.entry("checksum", "none"),
                Map.entry("part-size", "6000000"),
                Map.entry("timeout-ms", "1234")));
    assertThat(options.bucket()).isEqualTo("bucket");
    assertThat(options.endpoint()).hasToString("https://store.example:9000");
    assertThat(options.region()).isEqualTo("eu-west-1");
    assertThat(options.pathStyle()).isFalse();
    assertThat(options.caBundle()).isEqualTo(Path.of("/etc/ca.pem"));
    assertThat(options.accessKeyId()).isEqualTo("id");
    assertThat(options.secretAccessKey()).isEqualTo("very secret");
    assertThat(options.sessionToken()).isEqualTo("token");
    assertThat(options.encryption()).isEqualTo(Encryption.KMS);
    assertThat(options.kmsKeyId()).isEqualTo("key");
    assertThat(options.storageClass()).isEqualTo("STANDARD_IA");
    assertThat(options.checksum()).isEqualTo(StoreChecksum.NONE);
    assertThat(options.partBytes()).isEqualTo(6_000_000);
    assertThat(options.timeoutMillis()).isEqualTo(1234);
    assertThat(options.toString()).doesNotContain("secret").doesNotContain("token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "age",
        "sse-customer-key",
        "sse-customer-algorithm",
        "encrypt",
        "SSE",
        "skip-verify"
      })
  void anUnknownSettingIsFatal(String key) {
    assertThatThrownBy(() -> S3Options.from(Map.of("bucket", "bucket", key, "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown S3 settings [" + key + "]");
  }

  @ParameterizedTest
  @CsvSource({
    "sse,aes256",
    "sse,none",
    "force-path-style,yes",
    "part-size,big",
    "part-size,1000",
    "timeout-ms,0",
    "checksum,md5",
    "checksum,crc32",
    "endpoint,store.example",
    "region,EU West",
    "bucket,a/b",
    "session-token,x",
    "sse-kms-key-id,x",
    "access-key-id,x",
    "secret-access-key,x"
  })
  void aWrongValueIsFatal(String key, String value) {
    Map<String, String> settings = new java.util.HashMap<>(Map.of("bucket", "bucket"));
    settings.put(key, value);
    assertThatThrownBy(() -> S3Options.from(settings)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBundleThatCannotBeUsedIsFatal(@TempDir Path directory) throws Exception {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    Path garbage = Files.writeString(directory.resolve("garbage.pem"), "no certificate");
    for (Path bundle : new Path[] {empty, garbage, directory.resolve("missing.pem")}) {
      S3Options options = S3Options.of("bucket").withRegion("us-east-1").withCaBundle(bundle);
      assertThatThrownBy(() -> S3ObjectStore.open(options))
          .isInstanceOfSatisfying(
              ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    }
  }

  @Test
  void withoutTlsNoBundleIsRead(@TempDir Path directory) throws Exception {
    S3Options options =
        S3Options.of("bucket")
            .withEndpoint(URI.create("http://127.0.0.1:1"))
            .withCaBundle(directory.resolve("missing.pem"));
    S3ObjectStore.open(options).close();
  }
}
