// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Fence;
import dev.seawall.archive.Link;
import dev.seawall.archive.LinkMarks;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.Replica;
import dev.seawall.archive.ScratchFile;
import dev.seawall.archive.StoredLink;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.ltx.LtxCompactor;
import dev.seawall.ltx.LtxDecoder;
import dev.seawall.ltx.LtxEncoder;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.PageEncoding;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Merges links of one level into one of the next. Blocks; runs in one lane.
///
/// Inputs come from the local queue where it still has them, else from the replica. Their
/// boundaries are kept, as Litestream needs it: a merged link covers whole ones.
final class Merge {
  private static final int MOST_INPUTS = 256;
  private static final int GATHERED_BYTES = 1 << 14;

  private final Replica replica;
  private final LinkStore links;
  private final Fence fence;
  private final ReplicaIndex index;
  private final PageEncoding encoding;

  Merge(Replica replica, LinkStore links, Fence fence, ReplicaIndex index, PageEncoding encoding) {
    this.replica = replica;
    this.links = links;
    this.fence = fence;
    this.index = index;
    this.encoding = encoding;
  }

  /// Merges what can be merged into a level.
  ///
  /// @return null when there is nothing
  @Nullable Link into(int level) throws IOException {
    index.list();
    List<Link> inputs = new ArrayList<>();
    List<LinkMarks> marks = new ArrayList<>();
    for (Link link : index.toMerge(level, MOST_INPUTS)) {
      LinkMarks its = index.marks(link, fence.epochs());
      if (its == null) {
        break;
      }
      inputs.add(link);
      marks.add(its);
    }
    if (inputs.isEmpty()) {
      return null;
    }
    Path path = links.directory().resolve("level-" + level + ".tmp");
    try (ScratchFile merged = ScratchFile.create(replica.machine(), path)) {
      LtxHeader header = write(inputs, merged);
      marks.subList(inputs.size(), marks.size()).clear();
      merged.complete();
      return put(level, inputs, marks, merged, header);
    }
  }

  private LtxHeader write(List<Link> inputs, OutputStream to) throws IOException {
    List<InputStream> streams = new ArrayList<>();
    try {
      List<LtxDecoder> decoders = new ArrayList<>();
      for (Link link : inputs) {
        InputStream stream = open(link);
        streams.add(stream);
        LtxDecoder decoder = new LtxDecoder(stream, link.key().text());
        if (!decoders.isEmpty()
            && decoder.header().pageSize() != decoders.getFirst().header().pageSize()) {
          // Files of different page sizes cannot be one: the next merge begins here.
          break;
        }
        decoders.add(decoder);
      }
      inputs.subList(decoders.size(), inputs.size()).clear();
      LtxCompactor compactor = new LtxCompactor(decoders);
      OutputStream out = new BufferedOutputStream(to, GATHERED_BYTES);
      compactor.writeTo(new LtxEncoder(out, compactor.header(), encoding));
      out.flush();
      return compactor.header();
    } finally {
      for (InputStream stream : streams) {
        stream.close();
      }
    }
  }

  private InputStream open(Link link) throws IOException {
    for (StoredLink local : links.links()) {
      if (link.level() == 0 && local.first() == link.first() && local.last() == link.last()) {
        try {
          return links.content(local).open();
        } catch (StorageException _) {
          // It was shipped and removed a moment ago.
          break;
        }
      }
    }
    return replica.store().get(link.key()).stream();
  }

  private Link put(
      int level, List<Link> inputs, List<LinkMarks> marks, ScratchFile merged, LtxHeader header)
      throws IOException {
    int count = marks.stream().mapToInt(LinkMarks::merged).sum();
    LinkMarks its =
        new LinkMarks(
            null,
            null,
            marks.getFirst().pre(),
            marks.getLast().post(),
            Math.max(2, count),
            fence.epoch(),
            fence.writer());
    Map<String, String> metadata = new HashMap<>(its.toMetadata());
    metadata.put(LinkMaker.TIMESTAMP, Instant.ofEpochMilli(header.timestampMillis()).toString());
    ObjectKey key = replica.layout().key(level, inputs.getFirst().first(), inputs.getLast().last());
    ObjectInfo info = replica.put(key, merged.content(), metadata, PutCondition.ifAbsent());
    index.add(level, info, its);
    return new Link(
        level, inputs.getFirst().first(), inputs.getLast().last(), info.bytes(), key, null);
  }
}
