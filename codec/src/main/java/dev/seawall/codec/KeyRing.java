// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec;

import dev.seawall.io.SecretFile;
import dev.seawall.io.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Some keys, the first of which writes. Immutable; prints ids only.
///
/// A key file has one key a line, 64 hexadecimal digits; empty lines and what follows a `#` do not
/// count. To rotate, put a new key on the first line: new records are encrypted with it, older ones
/// are read with the lines below. A line can go when no record needs it: `seawall wal inspect
/// --frames` names the key of every record.
public final class KeyRing implements KeyProvider {
  /// The most bytes that a key file has.
  public static final int MAX_FILE_BYTES = 64 << 10;

  private final List<EncryptionKey> keys;

  private KeyRing(List<EncryptionKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /// Makes a ring; the first key writes.
  ///
  /// @throws IllegalArgumentException when there is none
  public static KeyRing of(List<EncryptionKey> keys) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("no key: expected at least one");
    }
    return new KeyRing(keys);
  }

  /// Reads the text of a key file.
  ///
  /// @throws IllegalArgumentException when a line is no key, or there is none; the message names
  ///   the line's number and nothing of its content
  public static KeyRing parse(String text) {
    List<EncryptionKey> keys = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String digits = line.split("#", 2)[0].strip();
      if (!digits.isEmpty()) {
        keys.add(key(digits, number));
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "the key file holds no key: expected lines of 64 hexadecimal digits. Make one with"
              + " `openssl rand -hex 32`");
    }
    return new KeyRing(keys);
  }

  /// Reads a key file, which must be readable by its owner alone (mode 0600 or 0400).
  ///
  /// @throws StorageException when it cannot be read, or others may read it
  /// @throws IllegalArgumentException when it is no key file
  public static KeyRing read(Path file) throws StorageException {
    byte[] text = SecretFile.read(file, MAX_FILE_BYTES);
    try {
      return parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("read keys from " + file + ": " + e.getMessage(), e);
    }
  }

  private static EncryptionKey key(String digits, int line) {
    byte[] secret = null;
    try {
      secret = HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException _) {
      // The JDK's message repeats the digits.
    }
    if (secret == null || secret.length != EncryptionKey.BYTES) {
      throw new IllegalArgumentException(
          "line "
              + line
              + " of the key file: expected 64 hexadecimal digits, found "
              + digits.length()
              + " characters. Make a key with `openssl rand -hex 32`");
    }
    return EncryptionKey.of(secret);
  }

  @Override
  public EncryptionKey current() {
    return keys.getFirst();
  }

  @Override
  public Optional<EncryptionKey> byId(long id) {
    return keys.stream().filter(key -> key.id() == id).findFirst();
  }

  /// Returns the keys, the one that writes first.
  public List<EncryptionKey> keys() {
    return keys;
  }

  @Override
  public String toString() {
    return keys.toString();
  }
}
