// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// The real S3Proxy 4.1.0 in a child process, on loopback: one for all tests of this JVM, or one
/// that a test ends. Buckets are directories. It ends with this JVM, also when that is killed.
///
/// The jar (55 MB) comes from the local Maven repository, or is fetched into it once; without it
/// the tests are skipped and say why.
public final class S3ProxyServer implements AutoCloseable {
  /// The access key that it takes.
  public static final String IDENTITY = "test";

  /// The secret key that it takes.
  public static final String CREDENTIAL = "testtest";

  private static final String VERSION = "4.1.0";
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static @Nullable S3ProxyServer running;
  private static @Nullable String missing;

  private final Process process;
  private final int port;
  private final Path data;

  private S3ProxyServer(Process process, int port, Path data) {
    this.process = process;
    this.port = port;
    this.data = data;
  }

  /// Returns the server that all share, which nobody closes; skips the test when it cannot be had.
  public static synchronized S3ProxyServer get() throws Exception {
    if (running == null) {
      running = launch();
    }
    return running;
  }

  /// Starts one for the caller alone; skips the test when it cannot be had.
  public static synchronized S3ProxyServer launch() throws Exception {
    Path jar = missing == null ? jar() : null;
    if (jar == null) {
      Assumptions.abort("skipped: " + missing);
    }
    return start(jar);
  }

  /// Returns where it listens.
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /// Makes an empty bucket and returns its name.
  public String newBucket() throws IOException {
    String name = "bucket-" + BUCKETS.incrementAndGet();
    bucket(name);
    return name;
  }

  /// Makes a bucket and returns the directory whose files are its objects.
  public Path bucket(String name) throws IOException {
    return Files.createDirectories(files(name));
  }

  /// Returns the directory whose files are a bucket's objects.
  public Path files(String bucket) {
    return data.resolve(bucket);
  }

  /// Returns how to reach a bucket.
  public S3Options options(String bucket) {
    return S3Options.of(bucket)
        .withEndpoint(endpoint())
        .withRegion("us-east-1")
        .withCredentials(IDENTITY, CREDENTIAL, null)
        .withTimeoutMillis(5000);
  }

  /// Returns what a process must have in its environment to reach it.
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL_S3",
        endpoint().toString(),
        "AWS_ACCESS_KEY_ID",
        IDENTITY,
        "AWS_SECRET_ACCESS_KEY",
        CREDENTIAL,
        "AWS_REGION",
        "us-east-1");
  }

  /// Kills it.
  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static @Nullable Path jar() throws Exception {
    String repository = System.getProperty("seawall.repository", "");
    Path local =
        repository.isBlank()
            ? Path.of(System.getProperty("user.home"), ".m2", "repository")
            : Path.of(repository);
    Path jar =
        local.resolve(
            "org/gaul/s3proxy/" + VERSION + "/s3proxy-" + VERSION + "-jar-with-dependencies.jar");
    if (!Files.exists(jar)) {
      fetch();
    }
    if (!Files.exists(jar)) {
      missing =
          "S3Proxy "
              + VERSION
              + " is not in "
              + local
              + " and could not be fetched; run"
              + " ./mvnw dependency:get -Dartifact=org.gaul:s3proxy:"
              + VERSION
              + ":jar:jar-with-dependencies -Dtransitive=false";
      System.err.println("s3 tests skipped: " + missing);
      return null;
    }
    return jar;
  }

  private static void fetch() throws Exception {
    Path root = Path.of(System.getProperty("seawall.root", ".."));
    Process maven =
        new ProcessBuilder(
                List.of(
                    root.resolve("mvnw").toAbsolutePath().toString(),
                    "-q",
                    "-B",
                    "-f",
                    root.resolve("pom.xml").toAbsolutePath().toString(),
                    "-N",
                    "dependency:get",
                    "-Dartifact=org.gaul:s3proxy:" + VERSION + ":jar:jar-with-dependencies",
                    "-Dtransitive=false"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!maven.waitFor(3, TimeUnit.MINUTES)) {
      maven.destroyForcibly();
    }
  }

  private static S3ProxyServer start(Path jar) throws Exception {
    Path home = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "s3proxy");
    Path data = Files.createDirectory(home.resolve("data"));
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
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem-nio2
        jclouds.identity=local
        jclouds.credential=local
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, IDENTITY, CREDENTIAL, data));
    Path classes =
        Path.of(ChildMain.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    jar + System.getProperty("path.separator") + classes,
                    ChildMain.class.getName(),
                    "--properties",
                    properties.toString()))
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    long start = System.nanoTime();
    while (!answers(port)) {
      if (!process.isAlive() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
        process.destroyForcibly();
        throw new IOException("S3Proxy did not start: " + Files.readString(home.resolve("log")));
      }
      Thread.sleep(50);
    }
    return new S3ProxyServer(process, port, data);
  }

  private static boolean answers(int port) {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException _) {
      return false;
    }
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
