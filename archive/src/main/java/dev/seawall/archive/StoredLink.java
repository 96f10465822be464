// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.nio.file.Path;
import java.util.Map;

/// A link in the local queue: promised, durable. Immutable.
///
/// @param kind what it needs before it
/// @param first first number covered
/// @param last last number covered
/// @param bytes length of its content
/// @param sha256 hash of its content
/// @param pre hash chain before it
/// @param post hash chain after it
/// @param metadata what goes to the replica with it, beside its marks
/// @param path its file; the content is at the beginning of it
public record StoredLink(
    LinkKind kind,
    long first,
    long last,
    long bytes,
    String sha256,
    String pre,
    String post,
    Map<String, String> metadata,
    Path path) {
  /// Copies the metadata.
  public StoredLink {
    metadata = Map.copyOf(metadata);
  }

  /// Returns the range as text: `42..50`.
  public String range() {
    return first + ".." + last;
  }
}
