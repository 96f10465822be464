// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.Epochs.Epoch;
import dev.seawall.archive.internal.lease.LeaseRecord;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a lease asks of the store; blocks, runs in lanes. Thread-safe.
final class LeaseCalls {
  private static final String WRITER = "seawall-writer";
  private static final int OWN_REPLIES = 4;

  /// What stands there.
  ///
  /// @param info version included
  /// @param record null when it is damaged
  record Seen(ObjectInfo info, @Nullable LeaseRecord record) {
    String holder() {
      return record == null ? "an unreadable lock.json" : record.owner();
    }

    long generation() {
      return record == null ? 0 : record.generation();
    }
  }

  /// How an attempt to write ended.
  ///
  /// @param version ours; null when it was refused
  /// @param rival what stands there instead; null when it is ours, or nothing does
  /// @param startNanos monotonic clock before the attempt
  /// @param startMillis wall clock before it
  record Written(
      @Nullable String version, @Nullable Seen rival, long startNanos, long startMillis) {}

  private final Replica replica;
  private final LeaseOptions options;
  private final String owner;
  private final String writer;
  private final ObjectKey key;

  LeaseCalls(Replica replica, LeaseOptions options, String owner, String writer) {
    this.replica = replica;
    this.options = options;
    this.owner = owner;
    this.writer = writer;
    this.key = replica.layout().lock();
  }

  /// Looks; null when nothing stands there.
  @Nullable Seen look() throws IOException {
    ObjectInfo info = replica.head(key);
    if (info == null) {
      return null;
    }
    try {
      byte[] json = new VerifiedRead(replica).bytes(key, LeaseRecord.MAX_BYTES);
      ObjectInfo after = replica.head(key);
      if (after == null || !info.requireVersion().equals(after.requireVersion())) {
        // Its holder is alive: it has just written.
        return after == null ? null : new Seen(after, null);
      }
      return new Seen(info, LeaseRecord.decode(json));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return null;
      }
      if (e.kind() == Kind.DAMAGED || e.kind() == Kind.INVALID) {
        return new Seen(info, null);
      }
      throw e;
    } catch (IOException _) {
      return new Seen(info, null);
    }
  }

  /// Writes a lease under a condition.
  ///
  /// A lost reply is found out by the number that each attempt carries. When an older attempt of
  /// ours arrived late and is in the way, it is written over: seeing it proves nothing about the
  /// time since.
  Written write(long generation, PutCondition condition) throws IOException {
    PutCondition next = condition;
    for (int i = 0; ; i++) {
      Written written = writeOnce(generation, next);
      Seen rival = written.rival();
      if (rival == null || !isOurs(rival) || i == OWN_REPLIES) {
        return written;
      }
      next = PutCondition.ifMatch(rival.info().requireVersion());
    }
  }

  private boolean isOurs(Seen seen) {
    return writer.equals(seen.info().metadata().get(WRITER));
  }

  private Written writeOnce(long generation, PutCondition condition) throws IOException {
    long startNanos = replica.machine().time().nanoTime();
    long startMillis = replica.machine().time().wallMillis();
    LeaseRecord record =
        new LeaseRecord(
            generation,
            Instant.ofEpochMilli(startMillis + options.ttlMillis()),
            owner,
            options.ttlMillis());
    Map<String, String> metadata =
        Map.of(
            WRITER,
            writer,
            "seawall-attempt",
            "%016x".formatted(replica.machine().random().nextLong()));
    try {
      ObjectInfo now = replica.put(key, ObjectContent.of(record.encode()), metadata, condition);
      return new Written(now.requireVersion(), null, startNanos, startMillis);
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.PRECONDITION_FAILED && e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      return new Written(null, look(), startNanos, startMillis);
    }
  }

  /// An ownership, all of them up to it, and what it follows.
  record Claimed(Epoch epoch, Epochs epochs, @Nullable ChainEnd end) {}

  /// Claims the next ownership, from where the replica ends now.
  ///
  /// @param shipped what is known to be there, whatever a late listing says
  /// @param waiting what may be there by now: a former life of ours may have shipped it
  Claimed claim(@Nullable ChainEnd shipped, List<StoredLink> waiting) throws IOException {
    Epochs before = Epochs.list(replica);
    ChainEnd end = replica.end(before);
    if (shipped != null && (end == null || end.last() < shipped.last())) {
      end = shipped;
    }
    for (StoredLink link : waiting) {
      if (end != null && link.first() <= end.last()) {
        continue;
      }
      ObjectInfo found = replica.head(replica.layout().key(0, link.first(), link.last()));
      boolean follows = end == null || link.first() == end.last() + 1;
      if (found == null || !follows) {
        break;
      }
      LinkMarks marks = LinkMarks.of(found.metadata());
      if (before.voiding(link.last(), marks) != null) {
        break;
      }
      String post = marks.post();
      end = new ChainEnd(link.first(), link.last(), post == null ? ChainHash.GENESIS : post);
    }
    long first = end == null ? 1 : end.last() + 1;
    Epoch epoch = Epochs.claim(replica, first, options.owner(), writer);
    return new Claimed(epoch, before.with(epoch), end);
  }

  /// Gives the lease back, if it is still ours.
  void release(String version) {
    try {
      replica.store().deleteIfMatch(key, version);
    } catch (IOException _) {
      // It runs out by itself.
    }
  }
}
