// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.directory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.seawall.archive.internal.Sha256;
import dev.seawall.io.objects.ObjectMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The records of one object, as text and back. Immutable.
public final class Sidecar {
  /// The longest sidecar, in bytes.
  public static final int MAX_BYTES = 64 * 1024;

  private static final String FIRST = "seawall object 1 features 0";
  private static final String ANY_FIRST = "seawall object ";

  /// What was put once.
  ///
  /// @param version drawn at random
  /// @param bytes length of the content
  /// @param hash SHA-256 of the content as it was written
  /// @param modifiedMillis wall clock of the put
  /// @param metadata keys in lower case
  public record Entry(
      String version, long bytes, String hash, long modifiedMillis, Map<String, String> metadata) {
    /// Copies the metadata.
    public Entry {
      metadata = Map.copyOf(metadata);
    }
  }

  /// It is not one: damaged, foreign, or of a newer version.
  public static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  private final List<Entry> entries;

  private Sidecar(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /// Returns the sidecar of those records.
  public static Sidecar of(List<Entry> entries) {
    return new Sidecar(entries);
  }

  /// Returns the records, oldest first.
  public List<Entry> entries() {
    return entries;
  }

  /// Returns the records whose content has that length.
  public List<Entry> ofLength(long bytes) {
    return entries.stream().filter(each -> each.bytes() == bytes).toList();
  }

  /// Returns the record of that content; null when there is none.
  public @Nullable Entry ofHash(long bytes, String hash) {
    for (Entry each : entries.reversed()) {
      if (each.bytes() == bytes && each.hash().equals(hash)) {
        return each;
      }
    }
    return null;
  }

  /// Returns the bytes of the file.
  public byte[] encode() {
    StringBuilder text = new StringBuilder(FIRST).append('\n');
    for (Entry each : entries) {
      text.append("version ").append(each.version()).append('\n');
      text.append("bytes ").append(each.bytes()).append('\n');
      text.append("hash ").append(each.hash()).append('\n');
      text.append("modified ").append(each.modifiedMillis()).append('\n');
      new TreeMap<>(each.metadata())
          .forEach((key, value) ->
              text.append("meta ").append(key).append(' ').append(value).append('\n'));
      text.append("end\n");
    }
    String sum = Sha256.hex(text.toString().getBytes(UTF_8));
    return text.append("sum ").append(sum).append('\n').toString().getBytes(UTF_8);
  }

  /// Reads the bytes of a file.
  ///
  /// @throws Unreadable when they are no sidecar of this version
  public static Sidecar decode(byte[] bytes) throws Unreadable {
    String text = new String(bytes, UTF_8);
    if (text.startsWith(ANY_FIRST) && !text.startsWith(FIRST + "\n")) {
      throw new Unreadable("its format is too new for this version of Seawall");
    }
    int sum = text.lastIndexOf("sum ");
    if (!text.startsWith(FIRST + "\n") || sum < 0) {
      throw new Unreadable("it is no sidecar");
    }
    String body = text.substring(0, sum);
    if (!text.substring(sum).equals("sum " + Sha256.hex(body.getBytes(UTF_8)) + "\n")) {
      throw new Unreadable("its checksum is wrong");
    }
    List<String> lines = body.lines().skip(1).toList();
    List<Entry> entries = new ArrayList<>();
    int at = 0;
    while (at < lines.size()) {
      int end = lines.subList(at, lines.size()).indexOf("end");
      if (end < 4) {
        throw new Unreadable("a record is not whole");
      }
      entries.add(entry(lines.subList(at, at + end)));
      at += end + 1;
    }
    return new Sidecar(entries);
  }

  private static Entry entry(List<String> lines) throws Unreadable {
    Map<String, String> metadata = new TreeMap<>();
    for (String line : lines.subList(4, lines.size())) {
      String pair = value(line, "meta ");
      int space = pair.indexOf(' ');
      if (space < 1) {
        throw new Unreadable("a line is not 'meta KEY VALUE'");
      }
      metadata.put(pair.substring(0, space), pair.substring(space + 1));
    }
    try {
      return new Entry(
          value(lines.get(0), "version "),
          Long.parseLong(value(lines.get(1), "bytes ")),
          value(lines.get(2), "hash "),
          Long.parseLong(value(lines.get(3), "modified ")),
          ObjectMetadata.normalised(metadata));
    } catch (IllegalArgumentException e) {
      throw new Unreadable("a value is wrong: " + e.getMessage());
    }
  }

  private static String value(String line, String name) throws Unreadable {
    if (!line.startsWith(name)) {
      throw new Unreadable("expected '" + name.strip() + "', found '" + line + "'");
    }
    return line.substring(name.length());
  }
}
