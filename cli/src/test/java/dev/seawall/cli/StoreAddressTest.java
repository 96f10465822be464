// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.seawall.cli.StoreAddress.Bucket;
import dev.seawall.cli.StoreAddress.Directory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `-b` and the settings of a store mean, and what they refuse.
final class StoreAddressTest {
  @TempDir private Path home;

  @Test
  void addresses() {
    assertThat(StoreAddress.parse("backups")).isEqualTo(new Bucket("backups", "", Map.of()));
    assertThat(StoreAddress.parse("s3://backups")).isEqualTo(new Bucket("backups", "", Map.of()));
    assertThat(StoreAddress.parse("s3://backups//prod/a/"))
        .isEqualTo(new Bucket("backups", "prod/a", Map.of()));
    assertThat(StoreAddress.parse("s3://b-1/p?endpoint=http%3A%2F%2F127.0.0.1:9000&region=r"))
        .isEqualTo(
            new Bucket("b-1", "p", Map.of("endpoint", "http://127.0.0.1:9000", "region", "r")));
    assertThat(StoreAddress.parse("/srv/r")).isEqualTo(new Directory(Path.of("/srv/r")));
    assertThat(StoreAddress.parse("file:///srv/a%20b"))
        .isEqualTo(new Directory(Path.of("/srv/a b")));
    assertThat(StoreAddress.parse("./r/../s"))
        .isEqualTo(new Directory(Path.of("s").toAbsolutePath()));
    assertThat(StoreAddress.parse(".")).isEqualTo(new Directory(Path.of("").toAbsolutePath()));
  }

  @Test
  void refused() {
    for (String text :
        new String[] {
          "", "x", "gs://bucket", "s3://", "s3://key:secret@bucket/x", "s3://b/../c", "a b"
        }) {
      assertThatExceptionOfType(CommandFailure.class)
          .as(text)
          .isThrownBy(() -> StoreAddress.parse(text))
          .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE));
    }
  }

  /// A setting that is not understood must not send data in the clear.
  @Test
  void unknownSettingsOfAStoreAreFatal() {
    String[][] cases = {
      {"s3://bucket/x", "-s", "age-recipient=age1xyz"},
      {"s3://bucket/x?sse-customer-key=abc", "-s", "region=us-east-1"},
      {"s3://bucket/x", "-s", "sse=aes"}
    };
    for (String[] each : cases) {
      Run run = Run.of("list", "-b", each[0], each[1], each[2]);
      assertThat(run.status()).as(run.err()).isEqualTo(ExitCode.USAGE.status());
      assertThat(run.err()).containsAnyOf("unknown S3 settings", "'sse' is 'aes'");
    }
  }

  @Test
  void secretsDoNotBelongOnACommandLine() {
    Run run = Run.of("list", "-b", "bucket", "-s", "secret-access-key=x");
    assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err()).contains("AWS_SECRET_ACCESS_KEY").doesNotContain("=x");
  }

  @Test
  void settingsOfS3AndADirectoryDoNotGoTogether() {
    Run run = Run.of("list", "-b", home, "--endpoint", "http://127.0.0.1:1");
    assertThat(run.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(run.err()).contains("is a directory");
  }

  @Test
  void theEnvironmentIsReadAndWeakerThanTheCommandLine() {
    Map<String, String> environment =
        Map.of(
            "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1",
            "AWS_ENDPOINT_URL", "not-a-url",
            "AWS_ACCESS_KEY_ID", "id",
            "AWS_SECRET_ACCESS_KEY", "secret");
    Run down = Run.in(environment, "list", "-b", "bucket", "--max-retries", "0");
    assertThat(down.status()).as(down.err()).isEqualTo(ExitCode.STORE_UNREACHABLE.status());
    Run half = Run.in(Map.of("AWS_ACCESS_KEY_ID", "id"), "list", "-b", "bucket");
    assertThat(half.status()).isEqualTo(ExitCode.USAGE.status());
    Run bundle = Run.in(Map.of("AWS_CA_BUNDLE", "/nowhere"), "list", "-b", "bucket");
    assertThat(bundle.status()).isEqualTo(ExitCode.USAGE.status());
    assertThat(bundle.err()).contains("/nowhere");
    Run wins =
        Run.in(
            Map.of("AWS_ENDPOINT_URL_S3", "not-a-url"),
            "list",
            "-b",
            "bucket",
            "--endpoint",
            "ftp://x");
    assertThat(wins.err()).contains("ftp://x");
  }
}
