// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.internal.lease.LeaseRecord;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.StoreFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Two owners of one replica: exactly one wins, and the other is told who holds it (I-14).
class LeaseTest {
  private static final ObjectKey LOCK = Rig.LAYOUT.lock();

  private final SimMachine here = new SimMachine(Seed.of(1));
  private final SimMachine there = new SimMachine(Seed.of(2));
  private final SimObjectStore world = new SimObjectStore(here);
  private final List<String> stopped = new ArrayList<>();
  private final List<String> published = new ArrayList<>();

  private final UploadListener listener =
      new UploadListener() {
        @Override
        public void published(StoredLink link, ObjectInfo object) {
          published.add(link.range());
        }

        @Override
        public void stopped(IOException reason) {
          stopped.add(String.valueOf(reason.getMessage()));
        }
      };

  private static void both(Rig one, Rig other, long seconds) {
    for (int i = 0; i < seconds; i++) {
      one.run(1);
      other.run(1);
    }
  }

  private LeaseRecord record() throws IOException {
    ByteBuffer content = world.content(LOCK);
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    return LeaseRecord.decode(bytes);
  }

  @Test
  void theFileIsLitestreams() throws IOException {
    Rig rig = new Rig(here, world);
    Lease lease = rig.lease("host:1");
    rig.run(1);
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
    String json = UTF_8.decode(world.content(LOCK)).toString();
    assertThat(json).contains("\"generation\":1").contains("\"owner\":\"host:1 seawall-");
    assertThat(record().expiresAt())
        .isBetween(
            Instant.ofEpochMilli(here.time().wallMillis() + 28_000),
            Instant.ofEpochMilli(here.time().wallMillis() + 30_000));
    lease.close();
    assertThat(world.info(LOCK)).isNull();
  }

  @Test
  void litestreamsOwnFilesAreRead() throws IOException {
    LeaseRecord go =
        LeaseRecord.decode(
            "{\"generation\":3,\"expires_at\":\"2026-11-21T07:01:57.497123456+01:00\",\"x\":[1]}"
                .getBytes(UTF_8));
    assertThat(go.generation()).isEqualTo(3);
    assertThat(go.owner()).isEqualTo("unknown");
    assertThat(go.expiresAt()).isEqualTo(Instant.parse("2026-11-21T06:01:57.497123456Z"));
    assertThat(
            LeaseRecord.decode(
                    "{\"generation\":3,\"expires_at\":\"0001-01-01T00:00:00Z\"}".getBytes(UTF_8))
                .isReleased())
        .isTrue();
    for (String bad :
        List.of("", "{", "[]", "7", "{}", "{\"generation\":1,\"expires_at\":\"soon\"}", "null")) {
      assertThatThrownBy(() -> LeaseRecord.decode(bad.getBytes(UTF_8)))
          .as(bad)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aHolderThatRenewsIsNeverTakenOver() throws IOException {
    Rig one = new Rig(here, world);
    Rig other = new Rig(there, world);
    Lease first = one.lease("one");
    one.run(1);
    Lease second = other.lease("two");
    both(one, other, 600);
    assertThat(first.state()).isEqualTo(Fence.State.HELD);
    assertThat(second.state()).isEqualTo(Fence.State.WAITING);
    assertThat(second.waitingFor()).startsWith("one seawall-");
    assertThatThrownBy(() -> second.awaitHeld(1)).hasMessageContaining("is held by one");
    assertThat(record().generation()).isEqualTo(1);
  }

  /// Whatever the wall clocks say: a rival counts on its own monotonic clock only.
  @Test
  void aWrongWallClockTakesNothingOver() throws IOException {
    Rig one = new Rig(here, world);
    Rig other = new Rig(there, world);
    here.time().jumpWall(-86_400_000L);
    Lease first = one.lease("one");
    one.run(1);
    Lease second = other.lease("two");
    both(one, other, 120);
    assertThat(first.state()).isEqualTo(Fence.State.HELD);
    assertThat(second.state()).isEqualTo(Fence.State.WAITING);
  }

  @Test
  void aDeadHolderIsTakenOverAfterTimeToLiveAndMarginNotBefore() throws IOException {
    Rig one = new Rig(here, world);
    one.lease("one");
    one.run(1);
    here.losePower();
    Rig other = new Rig(there, world);
    Lease second = other.lease("two");
    other.run(44);
    assertThat(second.state()).isEqualTo(Fence.State.WAITING);
    other.run(7);
    assertThat(second.state()).isEqualTo(Fence.State.HELD);
    assertThat(record().generation()).isEqualTo(2);
    assertThat(second.epoch()).isEqualTo(2);
  }

  @Test
  void theSameInstanceNeedNotWaitForItself() throws IOException {
    Rig one = new Rig(here, world);
    one.lease("one");
    one.run(1);
    here.losePower();
    Rig again = new Rig(here, world);
    Lease second = again.lease("one, later");
    again.run(1);
    assertThat(second.state()).isEqualTo(Fence.State.HELD);
    assertThat(second.epoch()).isEqualTo(2);
  }

  @Test
  void aLeaseGivenBackIsFree() throws IOException {
    Rig one = new Rig(here, world);
    Lease first = one.lease("one");
    one.run(1);
    first.close();
    Rig other = new Rig(there, world);
    Lease second = other.lease("two");
    other.run(1);
    assertThat(second.state()).isEqualTo(Fence.State.HELD);
    assertThat(first.state()).isEqualTo(Fence.State.LOST);
    assertThat(second.epoch()).isEqualTo(2);
  }

  @Test
  void anUnreadableLeaseIsWaitedForNotTakenForFree() throws IOException {
    world.putForeign(LOCK, ByteBuffer.wrap("garbage".getBytes(UTF_8)), Map.of());
    Rig rig = new Rig(here, world);
    Lease lease = rig.lease("one");
    rig.run(44);
    assertThat(lease.state()).isEqualTo(Fence.State.WAITING);
    rig.run(10);
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
  }

  @Test
  void aHolderThatCannotRenewStopsAtHalfOfItsTime() throws IOException {
    Rig rig = new Rig(here, world);
    Lease lease = rig.lease("one");
    rig.run(1);
    world.outage(TimeUnit.MINUTES.toNanos(10));
    rig.run(13);
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
    rig.run(3);
    assertThat(lease.state()).isEqualTo(Fence.State.WAITING);
    rig.run(TimeUnit.MINUTES.toSeconds(11));
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
  }

  /// Lost and late replies of renewals, for hours: still ours, and one generation.
  @Test
  void lostAndLateRepliesDoNotLoseTheLease() throws IOException {
    Rig rig = new Rig(here, world);
    Lease lease = rig.lease("one");
    rig.run(1);
    world.setFaults(StoreFaults.none().withLostReplies(3).withLateEffects(5));
    rig.run(7200);
    assertThat(lease.lost()).isNull();
    world.setFaults(StoreFaults.none());
    rig.run(120);
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
    assertThat(record().generation()).isEqualTo(1);
  }

  /// The machine sleeps for an hour: its monotonic clock stands still, its wall clock does not.
  @Test
  void suspendedHolderStops() throws IOException {
    Rig one = new Rig(here, world);
    Lease first = one.lease("one");
    Uploader uploader = one.uploader(first, listener);
    one.produce(1, "base");
    one.run(5);
    assertThat(published).containsExactly("1..1");

    // Asleep; another takes over, and writes.
    here.time().jumpWall(TimeUnit.HOURS.toMillis(1));
    Rig other = new Rig(there, world);
    Lease second = other.lease("two");
    other.run(60);
    assertThat(second.state()).isEqualTo(Fence.State.HELD);

    // Awake: what the monotonic clock says would do, and is not believed.
    assertThat(first.state()).isEqualTo(Fence.State.WAITING);
    one.produce(2, "written after waking up");
    one.run(60);
    assertThat(first.state()).isEqualTo(Fence.State.LOST);
    assertThat(first.lost().holder()).startsWith("two seawall-");
    assertThat(uploader.status().state()).isEqualTo(Uploader.State.STOPPED);
    assertThat(stopped).singleElement().asString().contains("is held by two seawall-");
    assertThat(world.keys("db/0000/")).hasSize(1);
  }

  private long requests(Rig rig, long seconds) {
    long before = world.calls();
    rig.run(seconds);
    return world.calls() - before;
  }

  private static LeaseOptions resting() {
    return LeaseOptions.of("one").withRestWhenIdle(true);
  }

  /// A day without a link: not one request. Then one renewal, and it goes on.
  @Test
  void aHolderThatRestsMakesNoRequest() throws IOException {
    Rig one = new Rig(here, world);
    Lease lease = Lease.start(one.replica, one.calls, resting(), one.links);
    one.uploader(lease, listener);
    one.produce(1, "base");
    one.run(60);
    assertThat(published).containsExactly("1..1");
    assertThat(requests(one, TimeUnit.DAYS.toSeconds(1))).isZero();
    assertThat(lease.state()).isEqualTo(Fence.State.WAITING);
    one.produce(2, "after a day");
    assertThat(requests(one, 3600)).as("renewal, link, one renewal more").isBetween(2L, 6L);
    assertThat(published).containsExactly("1..1", "2..2");
    assertThat(stopped).isEmpty();
    assertThat(record().generation()).isEqualTo(1);
  }

  /// Somebody else takes over meanwhile, after TTL and margin: who rested learns of it before it
  /// writes.
  @Test
  void aHolderThatRestedPastATakeoverStops() throws IOException {
    Rig one = new Rig(here, world);
    Lease first = Lease.start(one.replica, one.calls, resting(), one.links);
    Uploader uploader = one.uploader(first, listener);
    one.produce(1, "base");
    one.run(60);
    Rig other = new Rig(there, world);
    Lease second = other.lease("two");
    other.run(40);
    assertThat(second.state()).as("not before TTL and margin").isEqualTo(Fence.State.WAITING);
    other.run(60);
    assertThat(second.state()).isEqualTo(Fence.State.HELD);
    one.produce(2, "too late");
    one.run(60);
    assertThat(uploader.status().state()).isEqualTo(Uploader.State.STOPPED);
    assertThat(stopped).singleElement().asString().contains("is held by two seawall-");
    assertThat(world.keys("db/0000/")).hasSize(1);
  }

  @Test
  void aHolderThatSleptAloneGoesOnAfterARenewal() throws IOException {
    Rig one = new Rig(here, world);
    Lease lease = one.lease("one");
    one.run(5);
    here.time().jumpWall(TimeUnit.HOURS.toMillis(1));
    assertThat(lease.state()).isEqualTo(Fence.State.WAITING);
    one.run(5);
    assertThat(lease.state()).isEqualTo(Fence.State.HELD);
  }

  /// A writer is paused inside its put; another takes over, goes on, merges, and removes the merged
  /// links, the paused one's key among them; then the put arrives and succeeds. It must not be seen
  /// by any restore, and its writer must stop.
  @Test
  void writerPausedPastTakeoverAndL0Retention() throws IOException {
    Rig one = new Rig(here, world);
    Lease first = one.lease("one");
    Uploader uploader = one.uploader(first, listener);
    one.produce(1, "base");
    one.run(5);
    one.produce(2, "of the one who was paused");
    Rig other = new Rig(there, world);
    world.interceptNext(
        "put",
        () -> {
          Lease second = other.lease("two");
          other.run(120);
          assertThat(second.state()).isEqualTo(Fence.State.HELD);
          ChainEnd end = second.end();
          assertThat(end.last()).isEqualTo(1);
          other.links.adopt(end);
          other.uploader(second, UploadListener.NONE);
          for (int i = 2; i <= 6; i++) {
            other.produce(i, "of the new owner " + i);
          }
          other.run(60);
          assertThat(world.keys("db/0000/")).hasSize(6);
          // Merged into level 1, which is then all that is left of 2..5; two hours pass.
          Rig.putLink(
              world,
              there,
              1,
              2,
              5,
              "merged",
              new LinkMarks(null, null, null, null, 4, second.epoch(), "w").toMetadata());
          for (int i = 2; i <= 5; i++) {
            world.deleteForeign(Rig.LAYOUT.key(0, i, i));
          }
          here.time().advance(TimeUnit.HOURS.toNanos(2));
          there.time().advance(TimeUnit.HOURS.toNanos(2));
        });
    one.run(300);

    // It has arrived, and its writer knows that it does not count.
    assertThat(UTF_8.decode(world.content(Rig.LAYOUT.key(0, 2, 2))).toString())
        .isEqualTo("of the one who was paused");
    assertThat(published).containsExactly("1..1");
    assertThat(uploader.status().state()).isEqualTo(Uploader.State.STOPPED);
    assertThat(stopped).singleElement().asString().contains("is held by two");

    RestorePlanner planner = new RestorePlanner(other.replica);
    RestorePlan plan = planner.plan(1, OptionalLong.empty(), PlanRule.INDIVISIBLE);
    assertThat(plan.links())
        .extracting(link -> link.level() + ":" + link.range())
        .containsExactly("0:1..1", "1:2..5", "0:6..6");
    // Not as a restore point of its own either.
    assertThatThrownBy(() -> planner.plan(1, OptionalLong.of(2), PlanRule.INDIVISIBLE))
        .hasMessageContaining("2 is no restore point");
    assertThat(planner.notices()).anyMatch(text -> text.contains("epoch 1 is void"));
  }

  /// The stale link stands where the new owner must write: it gives way.
  @Test
  void aVoidLinkInTheWayIsReplaced() throws IOException {
    Rig one = new Rig(here, world);
    Lease first = one.lease("one");
    one.uploader(first, listener);
    one.produce(1, "base");
    one.run(5);
    one.produce(2, "late");
    Rig other = new Rig(there, world);
    Lease[] second = {null};
    world.interceptNext(
        "put",
        () -> {
          second[0] = other.lease("two");
          other.run(120);
        });
    one.run(30);
    assertThat(UTF_8.decode(world.content(Rig.LAYOUT.key(0, 2, 2))).toString()).isEqualTo("late");
    other.links.adopt(second[0].end());
    other.uploader(second[0], UploadListener.NONE);
    other.produce(2, "new");
    other.run(60);
    assertThat(UTF_8.decode(world.content(Rig.LAYOUT.key(0, 2, 2))).toString()).isEqualTo("new");
    assertThat(other.links.pendingLinks()).isZero();
  }
}
