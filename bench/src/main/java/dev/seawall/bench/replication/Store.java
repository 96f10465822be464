// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Where a run ships to: a directory, or a bucket of a real S3 server (S3Proxy) on loopback, whose
/// objects are files as well. Its prefix is its own, and removed with everything else at the end.
final class Store implements AutoCloseable {
  private static final String BUCKET = "bench";

  private final Path objects;
  private final int port;
  private final @Nullable Process server;
  private final Path log;

  private Store(Path objects, int port, @Nullable Process server, Path log) {
    this.objects = objects;
    this.port = port;
    this.server = server;
    this.log = log;
  }

  static Store directory(Path home) throws IOException {
    return new Store(Files.createDirectories(home.resolve("replicas")), 0, null, home);
  }

  /// Starts a server.
  ///
  /// @param jar S3Proxy with its dependencies
  /// @param countsCalls whether its log has a line a call, which costs it time
  static Store s3(Path home, Path jar, boolean countsCalls)
      throws IOException, InterruptedException {
    Path data = Files.createDirectories(home.resolve("s3"));
    Files.createDirectories(data.resolve(BUCKET));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path properties = home.resolve("s3proxy.properties");
    Files.writeString(
        properties,
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=test
        s3proxy.credential=testtest
        jclouds.provider=filesystem-nio2
        jclouds.identity=local
        jclouds.credential=local
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, data));
    Path log = home.resolve("s3proxy.log");
    Process server =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-DLOG_LEVEL=" + (countsCalls ? "debug" : "info"),
                    "-XX:+UseSerialGC",
                    "-jar",
                    jar.toString(),
                    "--properties",
                    properties.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Store store = new Store(data.resolve(BUCKET), port, server, log);
    long start = System.nanoTime();
    while (!store.answers()) {
      if (!server.isAlive() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
        server.destroyForcibly();
        throw new IOException("S3Proxy did not start: " + Files.readString(log));
      }
      Thread.sleep(50);
    }
    return store;
  }

  private boolean answers() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create("http://127.0.0.1:" + port).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(1000);
      return connection.getResponseCode() > 0;
    } catch (IOException _) {
      return false;
    }
  }

  boolean isS3() {
    return server != null;
  }

  /// Returns how many calls of any kind came so far, to a server that counts them.
  long calls() throws IOException {
    try (var lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("] request: ")).count();
    }
  }

  /// Returns where all objects of a prefix are files.
  Path objects(String prefix) {
    return objects.resolve(prefix);
  }

  /// Returns where the objects of a replica are files.
  Path objects(String prefix, String name) {
    return objects.resolve(prefix).resolve(name);
  }

  /// Returns what Seawall's `-b` says.
  String where(String prefix) throws IOException {
    if (isS3()) {
      return "s3://" + BUCKET + "/" + prefix;
    }
    return Files.createDirectories(objects.resolve(prefix)).toString();
  }

  /// Returns the lines of Litestream's configuration for one replica.
  String litestream(String prefix, String name) {
    if (!isS3()) {
      return "      - type: file\n        path: " + objects(prefix, name) + "\n";
    }
    return String.join(
        "\n",
        "      - type: s3",
        "        bucket: " + BUCKET,
        "        path: " + prefix + "/" + name,
        "        endpoint: http://127.0.0.1:" + port,
        "        region: us-east-1",
        "        force-path-style: true",
        "        sync-interval: 1s",
        "");
  }

  Map<String, String> environment() {
    return isS3()
        ? Map.of(
            "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + port,
            "AWS_ACCESS_KEY_ID", "test",
            "AWS_SECRET_ACCESS_KEY", "testtest",
            "AWS_REGION", "us-east-1",
            "LITESTREAM_ACCESS_KEY_ID", "test",
            "LITESTREAM_SECRET_ACCESS_KEY", "testtest")
        : Map.of();
  }

  @Override
  public void close() {
    if (server != null) {
      server.destroyForcibly();
    }
  }
}
