// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.cli.Replicas;
import dev.seawall.s3.S3ProxyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The verbs for replicas as processes of the packaged jar: on a real S3 server, and on a directory
/// without anything of S3.
@DisabledOnOs(OS.WINDOWS)
final class ReplicaProcessTest {
  @TempDir private Path home;
  private Replicas replicas;
  private S3ProxyServer server;

  @BeforeEach
  void aReplica() throws Exception {
    replicas = new Replicas(home.resolve("store"));
    replicas.add("app.db");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private record Outcome(int status, String text) {}

  private Outcome run(Map<String, String> environment, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(Jar.command(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.startsWith("AWS_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  /// Puts the replica into a bucket as Litestream lays it out on S3.
  private void bucket(String name, String path) throws Exception {
    server = S3ProxyServer.launch();
    Path level = Files.createDirectories(server.bucket(name).resolve(path).resolve("0000"));
    for (int txid = 1; txid <= 4; txid++) {
      Path link = replicas.link("app.db", 0, txid, txid);
      Files.copy(link, level.resolve(link.getFileName()));
    }
  }

  @Test
  void aBucketIsListedVerifiedAndRestored() throws Exception {
    bucket("backups", "prod/app.db");
    Map<String, String> aws = server.environment();
    Outcome list = run(aws, "list", "-b", "s3://backups/prod", "--json");
    assertThat(list.status()).as(list.text()).isZero();
    assertThat(list.text()).contains("\"name\":\"app.db\"", "\"txid\":4", "\"newest\":\"20");
    Outcome bare = run(aws, "list", "-b", "backups");
    assertThat(bare.text()).contains("prod/app.db");
    Outcome verify = run(aws, "verify", "app", "-b", "s3://backups/prod");
    assertThat(verify.status()).as(verify.text()).isZero();
    assertThat(verify.text()).contains("app.db: whole. 4 links");
    Path output = home.resolve("out.db");
    Outcome restore = run(aws, "restore", "app", "-b", "s3://backups/prod", "-o", output);
    assertThat(restore.status()).as(restore.text()).isZero();
    Replicas.assertRestored(output);
  }

  @Test
  void whatIsWrongWithAStoreIsItsStatus() throws Exception {
    bucket("backups", "app.db");
    Map<String, String> wrong = new HashMap<>(server.environment());
    wrong.put("AWS_SECRET_ACCESS_KEY", "not the secret");
    Outcome denied = run(wrong, "restore", "app", "-b", "s3://backups");
    assertThat(denied.status()).as(denied.text()).isEqualTo(4);
    Outcome bucket = run(server.environment(), "restore", "app", "-b", "s3://no-such-bucket");
    assertThat(bucket.status()).as(bucket.text()).isEqualTo(6);
    Outcome replica = run(server.environment(), "verify", "other", "-b", "s3://backups");
    assertThat(replica.status()).as(replica.text()).isEqualTo(6);
    server.close();
    Outcome down = run(server.environment(), "list", "-b", "backups", "--max-retries", 1, "--json");
    assertThat(down.status()).as(down.text()).isEqualTo(5);
    assertThat(down.text()).contains("\"exit\":5", "\"meaning\":\"store: unreachable\"");
    assertThat(denied.text() + bucket.text() + replica.text() + down.text())
        .doesNotContain("not the secret", "\tat ");
  }

  /// The SDK costs 25 MB of memory and a third of a second: a directory must not pay for it.
  @Test
  void onADirectoryNothingOfTheSdkIsLoaded() throws Exception {
    Path log = home.resolve("classes");
    List<String> command =
        Jar.command("restore", "app", "-b", replicas.store(), "-o", home.resolve("out.db"));
    command.add(1, "-Xlog:class+load:file=" + log);
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    String loaded = read(log);
    assertThat(loaded).contains("dev.seawall.replicate.Restore");
    assertThat(loaded).doesNotContain("software.amazon", "dev.seawall.s3.");
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
