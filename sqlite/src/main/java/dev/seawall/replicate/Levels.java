// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Chain;
import dev.seawall.archive.Fence;
import dev.seawall.archive.L0Retention;
import dev.seawall.archive.Link;
import dev.seawall.archive.LinkMarks;
import dev.seawall.archive.Replica;
import dev.seawall.archive.StoreCalls.Call;
import dev.seawall.archive.StoredLink;
import dev.seawall.io.TimeSource;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Merges links into levels 1 and up, each one at its own pace, and removes links of level 0 that
/// are merged and old. Confined to the replicator's steps, but for [#published].
///
/// Nothing is asked of the store while nothing was shipped.
final class Levels {
  private static final long RETRY_NANOS = Duration.ofSeconds(30).toNanos();

  private final Shipper shipper;
  private final Replica replica;
  private final Fence fence;
  private final ReplicatorOptions options;
  private final Events events;
  private final TimeSource time;
  private final Runnable wake;
  private final ReplicaIndex index;
  private final Merge merge;
  // By level from 0 on: when it was merged into last, and whether the level below has got more.
  private final long[] lastNanos;
  private final boolean[] fed;
  private volatile boolean published;
  private long failedNanos;
  private boolean failed;
  private long removalNanos;
  // Whether level 0 may have links that are merged.
  private volatile boolean removable;
  private int level;
  private @Nullable Call<@Nullable Link> merging;
  private @Nullable Call<Integer> removing;

  Levels(Setting setting) {
    this.shipper = setting.shipper();
    this.replica = setting.replica();
    this.fence = setting.fence();
    this.options = setting.options();
    this.events = setting.events();
    this.time = shipper.machine().time();
    this.wake = setting.wake();
    this.index = new ReplicaIndex(replica);
    this.merge = new Merge(replica, setting.links(), fence, index, options.encoding());
    this.lastNanos = new long[options.levels().size() + 1];
    this.fed = new boolean[options.levels().size() + 2];
    Arrays.fill(lastNanos, time.nanoTime());
    this.removalNanos = time.nanoTime();
  }

  /// A link of level 0 is in the replica. Any thread.
  void published(StoredLink link, ObjectInfo object) {
    LinkMarks marks =
        new LinkMarks(
            link.sha256(),
            link.sha256(),
            link.pre(),
            link.post(),
            1,
            fence.epoch(),
            fence.writer());
    index.add(0, object, marks);
    published = true;
  }

  /// Goes on; never waits.
  void step() {
    try {
      collect();
    } catch (IOException e) {
      failed = true;
      failedNanos = time.nanoTime();
      if (e instanceof ObjectStoreException store && store.kind() == Kind.PRECONDITION_FAILED) {
        // A former life put it there and died: see what there is.
        index.forget();
      } else {
        events.failed(e, 1);
      }
    }
    long now = time.nanoTime();
    if (merging != null || removing != null || (failed && now - failedNanos < RETRY_NANOS)) {
      return;
    }
    if (published) {
      published = false;
      fed[1] = true;
    }
    for (int next = 1; next < lastNanos.length; next++) {
      int each = next;
      if (fed[each] && now - lastNanos[each] >= options.levels().get(each - 1).toNanos()) {
        if (isHeld() && shipper.beginMerge()) {
          level = each;
          merging = shipper.calls().submit(() -> merged(each), wake);
        }
        return;
      }
    }
    if (removable && now - removalNanos >= options.l0Retention().toNanos() && isHeld()) {
      removing = shipper.calls().submit(this::remove, wake);
    }
  }

  // In a lane.
  private @Nullable Link merged(int into) throws IOException {
    try {
      return merge.into(into);
    } finally {
      shipper.endMerge();
    }
  }

  private boolean isHeld() {
    if (fence.state() == Fence.State.HELD) {
      return true;
    }
    fence.want();
    return false;
  }

  private void collect() throws IOException {
    Call<@Nullable Link> merged = merging;
    if (merged != null && merged.isDone()) {
      merging = null;
      Link link = merged.result();
      failed = false;
      if (link == null) {
        fed[level] = false;
        lastNanos[level] = time.nanoTime();
      } else {
        // There may be more, if it was very much.
        fed[level + 1] = true;
        removable |= level == 1;
        events.listener().merged(level, link.first(), link.last(), link.bytes());
      }
    }
    Call<Integer> removed = removing;
    if (removed != null && removed.isDone()) {
      removing = null;
      removalNanos = time.nanoTime();
      Integer count = removed.result();
      if (count != null && count > 0) {
        events.listener().removed(count);
      }
    }
  }

  /// Lists the replica, once in the time that links of level 0 stay at least.
  private int remove() throws IOException {
    List<Link> timed = new ArrayList<>();
    for (Link link : Chain.list(replica).links()) {
      // A listing of a directory tells no times.
      ObjectInfo info = link.modified() == null ? replica.head(link.key()) : null;
      timed.add(
          info == null
              ? link
              : new Link(
                  link.level(),
                  link.first(),
                  link.last(),
                  link.bytes(),
                  link.key(),
                  info.modified()));
    }
    Chain chain = Chain.of(timed);
    Instant now = Instant.ofEpochMilli(time.wallMillis());
    // From the newest on: what a crash leaves behind are restore points still.
    List<Link> old = L0Retention.removable(chain, now, options.l0Retention()).reversed();
    replica
        .retrier()
        .call(() -> {
          replica.store().delete(old.stream().map(Link::key).toList());
          return true;
        });
    removable = chain.level(0).size() - old.size() > 1;
    return old.size();
  }
}
