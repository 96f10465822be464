// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store behind a certificate of one's own: trusted by the bundle, and by nothing else.
class S3TlsTest {
  private static final String PASSWORD = "changeit";
  private static final ObjectKey KEY = ObjectKey.of("db/key");

  @TempDir Path directory;
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    Path keys = directory.resolve("keys.p12");
    keytool(
        "-genkeypair",
        "-alias",
        "store",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-keystore",
        keys.toString());
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "store",
        "-keystore",
        keys.toString(),
        "-file",
        directory.resolve("ca.pem").toString());
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("ETag", "\"v1\"");
          exchange.getResponseHeaders().add("Content-Length", "7");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  private static void keytool(String... arguments) throws Exception {
    java.util.List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(java.util.List.of(arguments));
    command.addAll(java.util.List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private S3Options options() {
    return S3Options.of("bucket")
        .withEndpoint(URI.create("https://localhost:" + server.getAddress().getPort()))
        .withCredentials("id", "secret", "token");
  }

  @Test
  void theBundleIsTrusted() throws Exception {
    S3Options options = options().withCaBundle(directory.resolve("ca.pem"));
    try (S3ObjectStore store = S3ObjectStore.open(options)) {
      assertThat(store.head(KEY).version()).isEqualTo("\"v1\"");
    }
  }

  @Test
  void withoutTheBundleNothingIsSentAndNothingIsTriedAgain() throws Exception {
    try (S3ObjectStore store = S3ObjectStore.open(options())) {
      assertThatThrownBy(() -> store.head(KEY))
          .isInstanceOfSatisfying(
              ObjectStoreException.class,
              e -> {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.INVALID);
                assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
                assertThat(e.isTransient()).isFalse();
              });
    }
  }
}
