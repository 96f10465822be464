// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.nio.charset.StandardCharsets;

/// The name of one object: segments separated by `/`. Immutable; ordered by the bytes of its UTF-8
/// form, as stores list.
///
/// A key can be used as a relative path of any file system without leaving the directory it is
/// resolved against: 1 to 1024 bytes of UTF-8, no empty segment, no segment `.` or `..`, no
/// backslash, no control character, no unpaired surrogate.
public final class ObjectKey implements Comparable<ObjectKey> {
  /// The longest key, in bytes of UTF-8.
  public static final int MAX_BYTES = 1024;

  private final String text;

  private ObjectKey(String text) {
    this.text = text;
  }

  /// Returns the key of that name.
  ///
  /// @throws IllegalArgumentException when the name is not one; the message says why
  public static ObjectKey of(String text) {
    String refusal = refusal(text);
    if (refusal != null) {
      throw new IllegalArgumentException("object key '" + printable(text) + "': " + refusal);
    }
    return new ObjectKey(text);
  }

  /// Returns whether [#of] takes the name.
  public static boolean isValid(String text) {
    return refusal(text) == null;
  }

  /// Returns the key `this/name`.
  ///
  /// @throws IllegalArgumentException when that is no key
  public ObjectKey resolve(String name) {
    return of(text + "/" + name);
  }

  /// Returns the name.
  public String text() {
    return text;
  }

  /// Returns what follows the last `/`.
  public String lastSegment() {
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /// Returns whether the name begins with `prefix`.
  public boolean startsWith(String prefix) {
    return text.startsWith(prefix);
  }

  @Override
  public int compareTo(ObjectKey other) {
    return compare(text, other.text);
  }

  /// Compares two names by the bytes of their UTF-8 form, without making them.
  public static int compare(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        // Characters beyond the basic plane sort after all others in UTF-8, before some in UTF-16.
        boolean highA = Character.isSurrogate(a);
        return highA == Character.isSurrogate(b) ? Character.compare(a, b) : highA ? 1 : -1;
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ObjectKey key && key.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static @org.jspecify.annotations.Nullable String refusal(String text) {
    if (text.isEmpty()) {
      return "it is empty";
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 0x7f) {
        return "it has a control character at " + i;
      }
      if (c == '\\') {
        return "it has a backslash at " + i;
      }
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      return "it is not Unicode text";
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      return "it has " + bytes + " bytes, the limit is " + MAX_BYTES;
    }
    for (String segment : text.split("/", -1)) {
      if (segment.isEmpty()) {
        return "it has an empty segment";
      }
      if (segment.equals(".") || segment.equals("..")) {
        return "it has a segment '" + segment + "', which could leave its directory";
      }
    }
    return null;
  }

  private static String printable(String text) {
    String shown = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
