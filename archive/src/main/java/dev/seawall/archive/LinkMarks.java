// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.Sha256;
import dev.seawall.io.objects.ObjectMetadata;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the metadata of a link tells beyond its name. Immutable.
///
/// | metadata | component | meaning |
/// |---|---|---|
/// | `seawall-sha256` | `sha256` | hash of the stored bytes |
/// | `seawall-content-sha256` | `contentSha256` | hash of the content, when it is stored in another form |
/// | `seawall-pre`, `seawall-post` | `pre`, `post` | the hash chain, see [ChainHash] |
/// | `seawall-merged` | `merged` | number of captured links that were merged into it; absent: 1 |
/// | `seawall-epoch` | `epoch` | under which ownership it was written; absent: 0, by another program |
/// | `seawall-writer` | `writer` | who wrote it, drawn at random at each start |
///
/// @param sha256 null when another program wrote the link
/// @param contentSha256 equal to `sha256` unless the content is stored in another form
/// @param pre null when the chain before it is not known
/// @param post null when it is not part of a hash chain
/// @param merged at least 1
/// @param epoch 0 when another program wrote the link
/// @param writer null when another program wrote the link
public record LinkMarks(
    @Nullable String sha256,
    @Nullable String contentSha256,
    @Nullable String pre,
    @Nullable String post,
    int merged,
    long epoch,
    @Nullable String writer) {
  private static final String CONTENT = "seawall-content-sha256";
  private static final String PRE = "seawall-pre";
  private static final String POST = "seawall-post";
  private static final String MERGED = "seawall-merged";
  private static final String EPOCH = "seawall-epoch";
  private static final String WRITER = "seawall-writer";

  /// Reads metadata; what is not a hash or a number counts as absent, since anybody can write
  /// metadata.
  public static LinkMarks of(Map<String, String> metadata) {
    String sha = hash(metadata.get(ObjectMetadata.SHA256));
    String content = hash(metadata.get(CONTENT));
    return new LinkMarks(
        sha,
        content == null ? sha : content,
        hash(metadata.get(PRE)),
        hash(metadata.get(POST)),
        Math.clamp(number(metadata.get(MERGED), 1), 1, Integer.MAX_VALUE),
        Math.max(0, number(metadata.get(EPOCH), 0)),
        metadata.get(WRITER));
  }

  /// Returns the metadata that [#of] reads; without the hash of the stored bytes, which the store
  /// adds.
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new HashMap<>();
    String content = contentSha256;
    if (content != null && !content.equals(sha256)) {
      metadata.put(CONTENT, content);
    }
    if (pre != null) {
      metadata.put(PRE, pre);
    }
    if (post != null) {
      metadata.put(POST, post);
    }
    if (merged > 1) {
      metadata.put(MERGED, Integer.toString(merged));
    }
    if (epoch > 0) {
      metadata.put(EPOCH, Long.toString(epoch));
    }
    if (writer != null) {
      metadata.put(WRITER, writer);
    }
    return metadata;
  }

  /// Returns whether `post` follows from `pre` and the content; true where that cannot be told.
  public boolean isConsistent() {
    if (merged > 1 || contentSha256 == null || post == null) {
      return true;
    }
    return ChainHash.post(pre == null ? ChainHash.GENESIS : pre, contentSha256).equals(post);
  }

  private static @Nullable String hash(@Nullable String text) {
    return text != null && Sha256.isHex(text) ? text : null;
  }

  private static long number(@Nullable String text, long otherwise) {
    if (text == null || !text.matches("[0-9]{1,18}")) {
      return otherwise;
    }
    return Long.parseLong(text);
  }
}
