// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Stands between a client and an S3 server and does what networks and servers do: one request a
/// connection, one fault a request, planned or drawn.
public final class FaultProxy implements AutoCloseable {
  /// What happens to one request.
  public enum Fault {
    /// The server does it and replies.
    NONE,
    /// 500 without asking the server.
    INTERNAL_ERROR,
    /// 503 SlowDown without asking the server.
    SLOW_DOWN,
    /// 429 without asking the server.
    TOO_MANY_REQUESTS,
    /// 408 without asking the server, and without a code: a proxy on the way sends that.
    REQUEST_TIMEOUT,
    /// The server does it, and the connection breaks before a reply.
    LOST_REPLY,
    /// The reply's body ends in the middle.
    CUT_BODY,
    /// The reply's body comes a byte at a time at first.
    SLOW_BODY,
    /// The server gets half of the request, and the connection breaks.
    CUT_REQUEST,
    /// The connection breaks before the server is asked.
    NO_REPLY,
    /// Nothing comes, until the client gives up.
    SILENCE
  }

  private final ServerSocket listener;
  private final URI server;
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger harmed = new AtomicInteger();
  private @Nullable RandomGenerator random;
  private int oneIn;

  /// Listens on loopback and forwards to `server`.
  public FaultProxy(URI server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /// Returns where to connect to.
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /// Plans what happens to the next requests, one after another.
  void plan(Fault... next) {
    faults.addAll(List.of(next));
  }

  /// Harms one request in `oneIn` from now on, in any of the ways but SILENCE, where none is
  /// planned.
  ///
  /// @param chance draws whom and how
  public synchronized void harm(RandomGenerator chance, int oneIn) {
    this.random = chance;
    this.oneIn = oneIn;
  }

  private synchronized Fault draw() {
    RandomGenerator chance = random;
    Fault planned = faults.poll();
    if (planned == null && chance != null && chance.nextInt(oneIn) == 0) {
      Fault[] ways = Fault.values();
      // NONE is the first, SILENCE the last.
      planned = ways[1 + chance.nextInt(ways.length - 2)];
    }
    return planned == null ? Fault.NONE : planned;
  }

  /// Returns how many requests came.
  public int requests() {
    return requests.get();
  }

  /// Returns how many of them something happened to.
  public int harmed() {
    return harmed.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      byte[] request = request(client);
      if (request.length == 0) {
        return;
      }
      requests.incrementAndGet();
      Fault fault = draw();
      if (fault != Fault.NONE) {
        harmed.incrementAndGet();
      }
      OutputStream reply = client.getOutputStream();
      switch (fault) {
        case INTERNAL_ERROR -> reply.write(error(500, "InternalError"));
        case SLOW_DOWN -> reply.write(error(503, "SlowDown"));
        case TOO_MANY_REQUESTS -> reply.write(error(429, "TooManyRequests"));
        case REQUEST_TIMEOUT -> reply.write(error(408, ""));
        case NO_REPLY -> {}
        case CUT_REQUEST -> sendHalf(request);
        case SILENCE -> Thread.sleep(20_000);
        case LOST_REPLY -> forward(request);
        case NONE -> reply.write(forward(request));
        case CUT_BODY -> {
          byte[] whole = forward(request);
          reply.write(whole, 0, (headEnd(whole) + whole.length) / 2);
        }
        case SLOW_BODY -> slowly(reply, forward(request));
      }
      reply.flush();
    } catch (IOException | InterruptedException _) {
      // The client went away, or we were told to break off.
    }
  }

  private static void slowly(OutputStream reply, byte[] whole)
      throws IOException, InterruptedException {
    int head = headEnd(whole);
    reply.write(whole, 0, head);
    int slow = Math.min(10, whole.length - head);
    for (int i = 0; i < slow; i++) {
      reply.flush();
      Thread.sleep(20);
      reply.write(whole, head + i, 1);
    }
    reply.write(whole, head + slow, whole.length - head - slow);
  }

  private void sendHalf(byte[] request) throws IOException {
    try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
      upstream.getOutputStream().write(request, 0, request.length / 2);
    }
  }

  private byte[] forward(byte[] request) throws IOException {
    try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
      upstream.getOutputStream().write(request);
      upstream.getOutputStream().flush();
      return upstream.getInputStream().readAllBytes();
    }
  }

  /// Reads one request and makes it the last one of its connection.
  private static byte[] request(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int seen = 0;
    while (seen < 4) {
      int c = in.read();
      if (c < 0) {
        return new byte[0];
      }
      head.write(c);
      seen = c == (seen % 2 == 0 ? '\r' : '\n') ? seen + 1 : c == '\r' ? 1 : 0;
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    StringBuilder kept = new StringBuilder();
    long length = 0;
    for (String line : text.split("\r\n", -1)) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(line.substring(15).strip());
      }
      if (lower.startsWith("expect:")) {
        client
            .getOutputStream()
            .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().flush();
      } else if (!line.isEmpty() && !lower.startsWith("connection:")) {
        kept.append(line).append("\r\n");
      }
    }
    kept.append("Connection: close\r\n\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(kept.toString().getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(in.readNBytes(Math.toIntExact(length)));
    return request.toByteArray();
  }

  private static int headEnd(byte[] reply) {
    return new String(reply, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
  }

  private static byte[] error(int status, String code) {
    String body = "<Error><Code>" + code + "</Code><Message>planned</Message></Error>";
    return ("HTTP/1.1 %d Planned\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n"
            + "Connection: close\r\n\r\n%s")
        .formatted(status, body.length(), body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
