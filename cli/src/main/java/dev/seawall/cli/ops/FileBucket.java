// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A few files as a bucket on loopback that can be listed and read: as much of S3 as a rehearsal of
/// the command needs. Thread-safe.
public final class FileBucket implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final HttpServer server;
  private final SortedMap<String, Path> objects;

  private FileBucket(HttpServer server, SortedMap<String, Path> objects) {
    this.server = server;
    this.objects = objects;
  }

  /// Serves files under keys.
  ///
  /// @param objects the file behind each key; keys are of characters that need no escape
  public static FileBucket open(Map<String, Path> objects) throws IOException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    FileBucket bucket = new FileBucket(HttpServer.create(loopback, 0), new TreeMap<>(objects));
    bucket.server.createContext("/", bucket::answer);
    bucket.server.start();
    return bucket;
  }

  /// Returns what `--endpoint` says.
  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      // /bucket, or /bucket/key
      String path = exchange.getRequestURI().getPath();
      int slash = path.indexOf('/', 1);
      String key = slash < 0 ? "" : path.substring(slash + 1);
      Path file = objects.get(key);
      if (file != null) {
        send(exchange, file);
      } else if (key.isEmpty()) {
        list(exchange);
      } else {
        text(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>");
      }
    }
  }

  private void list(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    String prefix = parameter(query, "prefix");
    String after = parameter(query, "start-after");
    StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    for (Map.Entry<String, Path> each : objects.entrySet()) {
      if (each.getKey().startsWith(prefix) && each.getKey().compareTo(after) > 0) {
        xml.append("<Contents><Key>").append(each.getKey()).append("</Key><LastModified>");
        xml.append(Files.getLastModifiedTime(each.getValue())).append("</LastModified><Size>");
        xml.append(Files.size(each.getValue())).append("</Size></Contents>");
      }
    }
    text(exchange, 200, xml.append("</ListBucketResult>").toString());
  }

  private static String parameter(String query, String name) {
    return Arrays.stream(query.split("&", -1))
        .filter(each -> each.startsWith(name + "="))
        .map(each -> URLDecoder.decode(each.substring(name.length() + 1), StandardCharsets.UTF_8))
        .findFirst()
        .orElse("");
  }

  private static void text(HttpExchange exchange, int status, String text) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    body(exchange, status, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    headers.set("ETag", "\"rehearsal\"");
    String range = exchange.getRequestHeaders().getFirst("Range");
    Matcher match = RANGE.matcher(range == null ? "" : range);
    if (!match.matches()) {
      body(exchange, 200, all);
      return;
    }
    int from = Integer.parseInt(match.group(1));
    int to =
        match.group(2).isEmpty()
            ? all.length
            : Math.min(all.length, Integer.parseInt(match.group(2)) + 1);
    headers.set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + all.length);
    body(exchange, 206, Arrays.copyOfRange(all, from, to));
  }

  private static void body(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
