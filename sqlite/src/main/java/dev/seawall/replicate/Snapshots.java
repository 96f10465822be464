// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.ChainEnd;
import dev.seawall.archive.Fence;
import dev.seawall.archive.LinkMarks;
import dev.seawall.archive.LinkStore;
import dev.seawall.archive.Replica;
import dev.seawall.archive.ScratchFile;
import dev.seawall.archive.StoreCalls.Call;
import dev.seawall.io.TimeSource;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import dev.seawall.sqlite.internal.DetachedCapture;
import dev.seawall.sqlite.internal.WalCapture;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Snapshots of level 9: every page as of one link, streamed from the database to the store while
/// commits go on. Confined to the replicator's steps.
///
/// While it streams the pin must stay, and so the WAL grows. When it has grown too far, or the
/// stream takes too long, the rest goes compressed to the local disk and the pin is free. It is
/// published when the link it ends at is: never before.
final class Snapshots {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long RETRY_NANOS = 60_000 * NANOS_PER_MILLI;
  private static final long SLICE_BYTES = 4L << 20;
  private static final int MERGED = 2;

  private record Running(SnapshotStream stream, long txid, String post, long startNanos) {}

  private final Shipper shipper;
  private final Replica replica;
  private final LinkStore links;
  private final Fence fence;
  private final ReplicatorOptions options;
  private final Events events;
  private final TimeSource time;
  private final Runnable wake;
  private volatile long lastTxid;
  private volatile boolean requested;
  private final SnapshotTriggers triggers;
  private long failedNanos;
  private boolean failed;
  private @Nullable Running running;
  private @Nullable Call<StagedPut> staging;
  private @Nullable StagedPut staged;
  private @Nullable Call<ObjectInfo> publishing;

  Snapshots(Setting setting) {
    this.shipper = setting.shipper();
    this.replica = setting.replica();
    this.links = setting.links();
    this.fence = setting.fence();
    this.options = setting.options();
    this.events = setting.events();
    this.time = shipper.machine().time();
    this.wake = setting.wake();
    this.triggers = new SnapshotTriggers(options, time.nanoTime());
    this.requested = options.snapshotAtStart();
  }

  /// Something was captured.
  ///
  /// @param frames of the WAL; 0 when all pages were captured
  void captured(long frames) {
    triggers.captured(frames, time.nanoTime());
  }

  void request() {
    requested = true;
  }

  /// Returns the newest link that a snapshot of this life ends at; 0 without one.
  long lastTxid() {
    return lastTxid;
  }

  /// Returns whether the pin must stay.
  boolean holdsPin() {
    Running now = running;
    return now != null && !now.stream().isCaptured();
  }

  /// Returns whether the rest is being brought to the local disk, at once.
  boolean isSpilling() {
    Running now = running;
    return now != null && now.stream().isSpilling() && holdsPin();
  }

  private boolean isDue() {
    long now = time.nanoTime();
    if (running != null || (failed && now - failedNanos < RETRY_NANOS)) {
      return false;
    }
    return requested || triggers.isDue(now);
  }

  /// Goes on.
  ///
  /// @param quiet whether everything committed was captured a moment ago
  /// @param walBytes length of the WAL
  /// @return whether it wants to be called again at once
  boolean step(WalCapture capture, boolean quiet, long walBytes) throws IOException {
    Running now = running;
    if (now == null) {
      if (quiet && isDue()) {
        begin(capture);
      }
      return false;
    }
    try {
      collect(now);
      publish(now);
    } catch (IOException e) {
      giveUp(e);
      return false;
    }
    return holdsPin() && spill(now, capture, walBytes);
  }

  private void begin(WalCapture capture) throws IOException {
    ChainEnd end = links.end();
    if (end == null || end.last() == lastTxid) {
      requested = false;
      triggers.begun();
      return;
    }
    if (!shipper.beginSnapshot()) {
      return;
    }
    DetachedCapture all = capture.snapshotOfAccepted();
    if (all == null) {
      shipper.endSnapshot();
      return;
    }
    long seen = LinkMaker.seenMillis(links.endMetadata());
    SnapshotStream stream = new SnapshotStream(all, end.last(), seen, options.encoding());
    requested = false;
    triggers.begun();
    running = new Running(stream, end.last(), end.post(), time.nanoTime());
    ObjectKey key = replica.layout().key(9, 1, end.last());
    Map<String, String> metadata =
        new HashMap<>(Map.of(LinkMaker.TIMESTAMP, Instant.ofEpochMilli(seen).toString()));
    metadata.putAll(
        new LinkMarks(null, null, null, end.post(), MERGED, fence.epoch(), fence.writer())
            .toMetadata());
    staging =
        shipper
            .calls()
            .submit(
                () -> {
                  StagedPut put =
                      replica.store().stage(key, ObjectContent.streamed(stream), metadata);
                  if (stream.isGivenUp()) {
                    put.close();
                  }
                  return put;
                },
                wake);
  }

  private void collect(Running now) throws IOException {
    Call<StagedPut> stage = staging;
    if (stage != null && stage.isDone()) {
      staging = null;
      staged = stage.result();
    }
    Call<ObjectInfo> publish = publishing;
    if (publish != null && publish.isDone()) {
      publishing = null;
      try {
        ObjectInfo info = publish.result();
        over(now, info == null ? 0 : info.bytes());
      } catch (ObjectStoreException e) {
        if (e.kind() != Kind.PRECONDITION_FAILED) {
          throw e;
        }
        // A former life of ours, or a lost reply: a snapshot of that link stands there.
        over(now, 0);
      }
    }
  }

  private void publish(Running now) {
    StagedPut ready = staged;
    ChainEnd shipped = links.shipped();
    if (ready == null || publishing != null || shipped == null || shipped.last() < now.txid()) {
      return;
    }
    if (fence.state() != Fence.State.HELD) {
      fence.want();
      return;
    }
    publishing = shipper.calls().submit(() -> ready.publish(PutCondition.ifAbsent()), wake);
  }

  private boolean spill(Running now, WalCapture capture, long walBytes) throws IOException {
    long held = time.nanoTime() - now.startNanos();
    if (!now.stream().isSpilling()) {
      if (walBytes <= options.snapshotMaxWalBytes()
          && held <= options.snapshotMaxHoldMillis() * NANOS_PER_MILLI) {
        return false;
      }
      now.stream()
          .spillTo(
              ScratchFile.create(
                  shipper.machine(), links.directory().resolve("snapshot.rest.tmp")));
    }
    try {
      now.stream().spill(Math.max(1, SLICE_BYTES / Math.max(512, capture.frameBytes())));
    } catch (IOException e) {
      giveUp(e);
    }
    return true;
  }

  private void over(Running now, long bytes) {
    lastTxid = now.txid();
    triggers.stored(time.nanoTime());
    failed = false;
    end();
    events.listener().merged(9, 1, now.txid(), bytes);
  }

  private void giveUp(IOException e) {
    failed = true;
    failedNanos = time.nanoTime();
    requested = true;
    end();
    events.failed(e, 1);
  }

  /// The database was let go: what is being read cannot be read on.
  void lost() {
    Running now = running;
    if (now != null && !now.stream().isCaptured()) {
      requested = true;
      end();
    }
  }

  /// Ends what runs; a call under way fails at its next read.
  void end() {
    Running now = running;
    if (now != null) {
      running = null;
      now.stream().close();
      shipper.endSnapshot();
    }
    Call<StagedPut> stage = staging;
    try {
      StagedPut ready = stage != null && stage.isDone() ? stage.result() : staged;
      if (ready != null && publishing == null) {
        ready.close();
      }
    } catch (IOException _) {
      // Nothing is staged.
    }
    staged = null;
    staging = null;
    publishing = null;
  }
}
