// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.jar;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The real S3Proxy in a process of its own, on loopback; a bucket is a directory. It ends with
/// this JVM, also when that is killed. The tests of the module `s3` fetch its jar; without it tests
/// are skipped.
final class S3Server implements AutoCloseable {
  private static final String VERSION = "4.1.0";

  private final Process process;
  private final int port;
  private final Path data;

  private S3Server(Process process, int port, Path data) {
    this.process = process;
    this.port = port;
    this.data = data;
  }

  /// Starts one whose files are below `home`.
  static S3Server start(Path home) throws Exception {
    Path jar = jar();
    Assumptions.assumeTrue(Files.exists(jar), "skipped: S3Proxy " + VERSION + " is not at " + jar);
    Path data = Files.createDirectories(home.resolve("s3"));
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
    Path classes =
        Path.of(ChildMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Process process =
        new ProcessBuilder(
                List.of(
                    Jar.java(),
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    jar + System.getProperty("path.separator") + classes,
                    ChildMain.class.getName(),
                    "--properties",
                    properties.toString()))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("s3proxy.log").toFile())
            .start();
    S3Server server = new S3Server(process, port, data);
    long start = System.nanoTime();
    while (!server.answers()) {
      if (!process.isAlive() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
        process.destroyForcibly();
        throw new IOException(
            "S3Proxy did not start: " + Files.readString(home.resolve("s3proxy.log")));
      }
      Thread.sleep(50);
    }
    return server;
  }

  private static Path jar() {
    String repository = System.getProperty("seawall.repository", "");
    Path local =
        repository.isBlank()
            ? Path.of(System.getProperty("user.home"), ".m2", "repository")
            : Path.of(repository);
    return local.resolve(
        "org/gaul/s3proxy/" + VERSION + "/s3proxy-" + VERSION + "-jar-with-dependencies.jar");
  }

  private boolean answers() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /// Makes a bucket and returns its directory.
  Path bucket(String name) throws IOException {
    return Files.createDirectories(data.resolve(name));
  }

  /// Returns what a process must have in its environment to reach it.
  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + port,
        "AWS_ACCESS_KEY_ID", "test",
        "AWS_SECRET_ACCESS_KEY", "testtest",
        "AWS_REGION", "us-east-1");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /// The child: S3Proxy's own main, and a look at standard input, which ends when the parent does.
  static final class ChildMain {
    private ChildMain() {}

    public static void main(String[] args) throws Exception {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try (InputStream parent = System.in) {
              while (parent.read() >= 0) {}
            } catch (IOException _) {
              // As good as the end.
            }
            Runtime.getRuntime().halt(0);
          });
      Class.forName("org.gaul.s3proxy.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    }
  }
}
