// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.StoreFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// In order, never a hole, never around one; and who is told what.
class UploaderTest {
  private final SimMachine sim = new SimMachine(Seed.of(7));
  private final SimObjectStore world = new SimObjectStore(sim);
  private final List<String> published = new ArrayList<>();
  private final List<String> stopped = new ArrayList<>();
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

  private static ObjectKey key(long number) {
    return Rig.LAYOUT.key(0, number, number);
  }

  @Test
  void linksArriveInOrderWithTheirMarks() throws Exception {
    Rig rig = new Rig(sim, world);
    List<String> order = new ArrayList<>();
    world.observe((key, now) -> order.add(key.lastSegment()));
    StoredLink first = rig.produce(1, "base");
    Uploader uploader = rig.uploader(Fence.none("w"), listener);
    for (int i = 2; i <= 20; i++) {
      rig.produce(i, "link " + i);
    }
    assertThat(uploader.awaitShipped(20, TimeUnit.HOURS.toNanos(1))).isTrue();
    rig.run(1);
    assertThat(order).hasSize(20).isSorted();
    assertThat(published).hasSize(20).startsWith("1..1", "2..2").endsWith("20..20");
    LinkMarks marks = LinkMarks.of(world.info(key(1)).metadata());
    assertThat(marks.post()).isEqualTo(first.post());
    assertThat(marks.sha256()).isEqualTo(first.sha256());
    assertThat(marks.isConsistent()).isTrue();
    assertThat(world.info(key(1)).metadata()).containsKey("litestream-timestamp");
    assertThat(rig.links.links()).as("noted as shipped after a quiet time only").hasSize(20);
    rig.run(4);
    assertThat(rig.links.links()).isEmpty();
    assertThat(new ChainVerifier(rig.replica).verify(ChainVerifier.Depth.CONTENT).isGood())
        .isTrue();
  }

  /// Staging runs beside, publishing does not: a slow first link holds back the others (A11).
  @Test
  void aLinkThatCannotBeShippedIsWaitedFor() throws Exception {
    Rig rig = new Rig(sim, world);
    for (int i = 1; i <= 5; i++) {
      rig.produce(i, "link " + i);
    }
    world.outage(TimeUnit.HOURS.toNanos(3));
    Uploader uploader = rig.uploader(Fence.none("w"), listener);
    rig.run(TimeUnit.HOURS.toSeconds(2));
    assertThat(world.keys("db/0000/")).isEmpty();
    assertThat(uploader.status().failuresInARow()).isPositive();
    assertThat(rig.links.pendingLinks()).isEqualTo(5);
    rig.run(TimeUnit.HOURS.toSeconds(2));
    assertThat(world.keys("db/0000/")).hasSize(5);
    assertThat(uploader.status()).isEqualTo(new Uploader.Status(Uploader.State.SHIPPING, 0, null));
  }

  /// I-14, by name: our own lost reply must not stop us, and a foreign link must.
  @Test
  void lostReplyIsNotAForeignWriter() throws Exception {
    Rig rig = new Rig(sim, world);
    world.setFaults(StoreFaults.none().withLostReplies(2));
    for (int i = 1; i <= 10; i++) {
      rig.produce(i, "link " + i);
    }
    rig.uploader(Fence.none("w"), listener);
    rig.run(600);
    assertThat(stopped).isEmpty();
    assertThat(published).hasSize(10);

    world.setFaults(StoreFaults.none());
    world.putForeign(key(11), ByteBuffer.wrap(new byte[8]), Map.of());
    rig.produce(11, "link 11 ");
    rig.run(600);
    assertThat(stopped).singleElement().asString().contains("another program", "stop one");
    assertThat(rig.links.pendingLinks()).isEqualTo(1);
    assertThat(world.content(key(11))).isEqualTo(ByteBuffer.wrap(new byte[8]));
  }

  @Test
  void aRestartFindsWhatWasShippedAlready() throws Exception {
    Rig rig = new Rig(sim, world);
    for (int i = 1; i <= 3; i++) {
      rig.produce(i, "link " + i);
    }
    // Two of the three are there, and nothing here knows it: we died between put and note.
    for (StoredLink link : rig.links.pending(2)) {
      rig.replica
          .store()
          .put(
              key(link.first()),
              rig.links.content(link),
              new LinkMarks(null, null, link.pre(), link.post(), 1, 0, "former").toMetadata(),
              PutCondition.ifAbsent());
    }
    sim.losePower();
    Rig next = new Rig(sim, world);
    next.uploader(Fence.none("w"), listener);
    next.run(60);
    assertThat(published).containsExactly("3..3");
    assertThat(next.links.pendingLinks()).isZero();
    assertThat(LinkMarks.of(world.info(key(1)).metadata()).writer()).isEqualTo("former");
  }

  @Test
  void whoWentOnWithoutUsIsNoticedAtTheStart() throws Exception {
    Rig rig = new Rig(sim, world);
    rig.produce(1, "base");
    Uploader uploader = rig.uploader(Fence.none("w"), listener);
    rig.run(10);
    uploader.close();
    rig.close();
    Rig.putLink(world, sim, 0, 2, 3, "theirs", Map.of("seawall-epoch", "9", "seawall-writer", "x"));
    Rig again = new Rig(sim, world);
    again.produce(2, "ours");
    again.uploader(Fence.none("w"), listener);
    again.run(60);
    assertThat(stopped).singleElement().asString().contains("writer x of epoch 9");
    assertThat(world.info(key(2))).isNull();
  }

  @Test
  void aReplicaThatLostWhatWasShippedIsNotGoneAround() throws Exception {
    Rig rig = new Rig(sim, world);
    rig.produce(1, "base");
    rig.produce(2, "more");
    Uploader uploader = rig.uploader(Fence.none("w"), listener);
    rig.run(10);
    uploader.close();
    rig.close();
    world.deleteForeign(key(2));
    Rig again = new Rig(sim, world);
    again.produce(3, "after the hole");
    again.uploader(Fence.none("w"), listener);
    again.run(60);
    assertThat(stopped).singleElement().asString().contains("ends at 1", "had links up to 2");
    assertThat(world.info(key(3))).isNull();
  }

  @Test
  void aSpoolWithoutPositionThatDoesNotFollowIsForeign() throws Exception {
    Rig.putLink(world, sim, 9, 1, 40, "an older replica of that name", Map.of());
    Rig rig = new Rig(sim, world);
    rig.produce(1, "a fresh database");
    rig.uploader(Fence.none("w"), listener);
    rig.run(60);
    assertThat(stopped).singleElement().asString().contains("ends at 40", "another name");
    assertThat(world.keys("db/")).hasSize(1);
  }

  /// What is damaged here is never shipped: the hash is checked while it is read.
  @Test
  void aLinkDamagedInTheSpoolIsNotShipped() throws Exception {
    Rig rig = new Rig(sim, world);
    StoredLink link = rig.produce(1, "base of some length");
    byte[] bytes = new byte[sim.disk().contents(link.path()).remaining()];
    sim.disk().contents(link.path()).get(bytes);
    bytes[3] ^= 1;
    sim.disk().replaceForeign(link.path(), ByteBuffer.wrap(bytes));
    Uploader uploader = rig.uploader(Fence.none("w"), listener);
    rig.run(60);
    assertThat(world.keys("db/0000/")).isEmpty();
    assertThat(uploader.status().failure()).hasMessageContaining("damaged");
  }

  @Test
  void replicaPutFindsItsOwnLostReplyAndRefusesAnothers() throws Exception {
    Rig rig = new Rig(sim, world);
    world.setFaults(StoreFaults.none().withLostReplies(1));
    ObjectInfo put =
        rig.replica.put(
            key(1), ObjectContent.of("x"), Map.of("attempt", "1"), PutCondition.ifAbsent());
    assertThat(put.bytes()).isEqualTo(1);
    assertThatThrownBy(() ->
            rig.replica.put(
                key(1), ObjectContent.of("x"), Map.of("attempt", "2"), PutCondition.ifAbsent()))
        .hasMessageContaining("IfAbsent");
  }

  /// A refusal can be lost as well: a server that closes the connection while we still send.
  @Test
  void aLostRefusalIsFoundOut() throws Exception {
    Rig rig = new Rig(sim, world);
    world.putForeign(key(1), ByteBuffer.wrap(new byte[3]), Map.of());
    world.setFaults(StoreFaults.none().withLateEffects(1));
    assertThatThrownBy(() ->
            rig.replica.put(
                key(1), ObjectContent.of("x"), Map.of("attempt", "1"), PutCondition.ifAbsent()))
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> assertThat(e.kind()).isEqualTo(ObjectStoreException.Kind.PRECONDITION_FAILED))
        .hasMessageContaining("something else");
  }
}
