// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a store knows of one object. Immutable.
///
/// @param key its name
/// @param bytes the length of its stored bytes
/// @param version changes with every put of the key, opaque; null in a listing of a store that
///   would have to read the object to know it
/// @param modified when the store took it, by the store's clock, at best to the second; null where
///   a store does not know
/// @param metadata keys in lower case; empty in a listing
public record ObjectInfo(
    ObjectKey key,
    long bytes,
    @Nullable String version,
    @Nullable Instant modified,
    Map<String, String> metadata) {

  /// Checks the length, copies the metadata.
  public ObjectInfo {
    if (bytes < 0) {
      throw new IllegalArgumentException(key + " of " + bytes + " bytes");
    }
    metadata = Map.copyOf(metadata);
  }

  /// Returns the version.
  ///
  /// @throws IllegalStateException when it is not known
  public String requireVersion() {
    String known = version;
    if (known == null) {
      throw new IllegalStateException(key + " comes from a listing without versions; use head");
    }
    return known;
  }

  /// Returns the SHA-256 of the stored bytes in hexadecimal, if the object carries it.
  public @Nullable String sha256() {
    return metadata.get(ObjectMetadata.SHA256);
  }
}
