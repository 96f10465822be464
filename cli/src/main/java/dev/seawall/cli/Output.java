// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/// Where results go: standard output, as text for people or as JSON, one object a line.
/// Thread-safe.
///
/// A standard output whose reader went away ([OutputClosedException]) is not an error of ours.
public final class Output {
  /// How results are written.
  public enum Format {
    /// Lines for people.
    TEXT,
    /// One JSON object a line.
    JSON
  }

  /// Nobody reads standard output any more.
  public static final class OutputClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    OutputClosedException(Throwable cause) {
      super("standard output was closed by its reader", cause);
    }
  }

  private final BufferedOutputStream out;
  private final Format format;

  Output(OutputStream out, Format format) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.format = format;
  }

  /// Returns whether results are JSON.
  public boolean isJson() {
    return format == Format.JSON;
  }

  /// Writes a line, unless results are JSON.
  public synchronized void text(String line) throws IOException {
    if (format == Format.TEXT) {
      write(line.getBytes(StandardCharsets.UTF_8));
      write('\n');
    }
  }

  /// Writes an object, if results are JSON.
  public synchronized void json(Map<String, ?> object) throws IOException {
    if (format == Format.JSON) {
      write(toJson(object).getBytes(StandardCharsets.UTF_8));
      write('\n');
    }
  }

  /// Writes bytes as they are, whatever the format.
  public synchronized void bytes(MemorySegment bytes) throws IOException {
    long length = bytes.byteSize();
    byte[] part = new byte[(int) Math.min(length, 1 << 16)];
    for (long at = 0; at < length; at += part.length) {
      int count = (int) Math.min(part.length, length - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, part, 0, count);
      write(part, count);
    }
  }

  /// Hands everything written to the reader.
  public synchronized void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw told(e);
    }
  }

  /// Returns an object as JSON.
  static String toJson(Map<String, ?> object) throws IOException {
    return JSON.std.asString(object);
  }

  /// Returns a payload as JSON fields: `text` when it is UTF-8, else `base64`.
  public static Map<String, Object> payload(byte[] bytes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    try {
      fields.put(
          "text", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      fields.put("base64", Base64.getEncoder().encodeToString(bytes));
    }
    return fields;
  }

  private void write(byte[] bytes) throws IOException {
    write(bytes, bytes.length);
  }

  private void write(byte[] bytes, int count) throws IOException {
    try {
      out.write(bytes, 0, count);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private void write(int one) throws IOException {
    try {
      out.write(one);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private static IOException told(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("pipe") || message.contains("Pipe") || message.contains("closed")) {
      return new OutputClosedException(e);
    }
    return new IOException("write standard output: " + message, e);
  }
}
