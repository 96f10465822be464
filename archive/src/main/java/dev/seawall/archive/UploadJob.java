// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.StoreCalls.Call;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One link on its way. Confined to the uploader's steps; its bodies run in lanes.
final class UploadJob {
  private final Replica replica;
  private final LinkStore links;
  private final Fence fence;
  final StoredLink link;
  private final ObjectKey key;
  @Nullable Call<StagedPut> staging;
  @Nullable StagedPut staged;
  @Nullable Call<ObjectInfo> publishing;
  @Nullable ObjectInfo published;
  // Whether an attempt may have succeeded, or may still do so.
  private boolean doubtful;

  UploadJob(Replica replica, LinkStore links, Fence fence, StoredLink link) {
    this.replica = replica;
    this.links = links;
    this.fence = fence;
    this.link = link;
    this.key = replica.layout().key(0, link.first(), link.last());
  }

  boolean isIdle() {
    return staging == null && publishing == null;
  }

  StagedPut stage() throws IOException {
    Map<String, String> metadata = new HashMap<>(link.metadata());
    metadata.putAll(
        new LinkMarks(
                link.sha256(),
                link.sha256(),
                link.pre(),
                link.post(),
                1,
                fence.epoch(),
                fence.writer())
            .toMetadata());
    return replica.store().stage(key, links.content(link), metadata);
  }

  /// Publishes what is staged, or finds that it is published.
  ObjectInfo publish(StagedPut ready) throws IOException {
    if (fence.state() != Fence.State.HELD) {
      throw new ObjectStoreException(
          "put", key.text(), Kind.UNAVAILABLE, Effect.NOT_DONE, "the lease is in doubt", null);
    }
    if (doubtful) {
      ObjectInfo found = replica.store().head(key);
      if (found != null) {
        return isThisLink(found) ? found : replace(ready, found);
      }
    }
    try {
      return ready.publish(PutCondition.ifAbsent());
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.PRECONDITION_FAILED) {
        throw e;
      }
      ObjectInfo found = replica.store().head(key);
      if (found == null) {
        throw new ObjectStoreException(
            "put", key.text(), Kind.UNAVAILABLE, Effect.NOT_DONE, "it was there and is gone", e);
      }
      if (isThisLink(found)) {
        return found;
      }
      return replace(ready, found);
    }
  }

  /// Something else stands there. If its writer had lost the replica before it arrived, it is void
  /// and gives way; else we are the one who must stop.
  private ObjectInfo replace(StagedPut ready, ObjectInfo found) throws IOException {
    LinkMarks marks = LinkMarks.of(found.metadata());
    if (!isVoid(marks)) {
      throw new ForeignWriterException(
          "link "
              + key
              + " in "
              + replica.describe()
              + " was written by "
              + UploadResume.describe(marks)
              + ", not by us (writer "
              + fence.writer()
              + " of epoch "
              + fence.epoch()
              + "); stop one of the two");
    }
    return ready.publish(PutCondition.ifMatch(found.requireVersion()));
  }

  /// The same bytes, and not void: an older life's request that arrives after our ownership began
  /// is not believed by any restore, although it brings what we would bring.
  private boolean isThisLink(ObjectInfo found) {
    return found.bytes() == link.bytes()
        && link.sha256().equals(found.sha256())
        && !isVoid(LinkMarks.of(found.metadata()));
  }

  private boolean isVoid(LinkMarks marks) {
    return fence.epochs().voiding(link.last(), marks) != null;
  }

  /// Prepares for another attempt.
  void failed(IOException failure) {
    boolean unknown = failure instanceof ObjectStoreException e && e.effect() == Effect.UNKNOWN;
    doubtful |= unknown;
    if (unknown || !(failure instanceof ObjectStoreException)) {
      giveUp();
    }
  }

  void giveUp() {
    StagedPut ready = staged;
    if (ready != null) {
      staged = null;
      ready.close();
    }
  }
}
