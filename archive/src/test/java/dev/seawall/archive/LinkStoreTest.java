// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.LockHeldException;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The queue on disk: what is in it is promised, and damage is told.
class LinkStoreTest {
  private static final Path SPOOL = Path.of("/spool");

  private final SimMachine sim = new SimMachine(Seed.of(1));

  private LinkStore open() throws IOException {
    return LinkStore.open(sim.machine(), SPOOL, LinkStoreOptions.defaults());
  }

  private static StoredLink add(LinkStore store, LinkKind kind, long first, long last, String text)
      throws IOException {
    try (LinkWriter writer = store.begin(kind, first)) {
      writer.write(text.getBytes(StandardCharsets.UTF_8));
      return writer.commit(last, Map.of("made", "of " + text.length()));
    }
  }

  private static String content(LinkStore store, StoredLink link) throws IOException {
    try (InputStream stream = store.content(link).open()) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatWasPromisedIsThereAfterLossOfPower() throws IOException {
    LinkStore store = open();
    add(store, LinkKind.BASE, 1, 1, "base");
    StoredLink two = add(store, LinkKind.DELTA, 2, 4, "");
    StoredLink three = add(store, LinkKind.DELTA, 5, 5, "x".repeat(10_000));
    sim.losePower();
    store = open();
    assertThat(store.pending(10))
        .extracting(StoredLink::range)
        .containsExactly("1..1", "2..4", "5..5");
    assertThat(store.pending(10).get(1)).isEqualTo(two);
    assertThat(content(store, three)).isEqualTo("x".repeat(10_000));
    assertThat(store.end()).isEqualTo(new ChainEnd(5, 5, three.post()));
    assertThat(store.pendingBytes()).isEqualTo(10_004);
  }

  @Test
  void theHashChainGoesOnOverRestarts() throws IOException {
    LinkStore store = open();
    StoredLink one = add(store, LinkKind.BASE, 1, 1, "base");
    assertThat(one.pre()).isEqualTo(ChainHash.GENESIS);
    assertThat(one.post()).isEqualTo(ChainHash.post(one.pre(), one.sha256()));
    store.shippedUpTo(1);
    store.settle();
    store.close();
    store = open();
    assertThat(store.pending(10)).isEmpty();
    assertThat(store.links()).isEmpty();
    assertThat(add(store, LinkKind.DELTA, 2, 2, "next").pre()).isEqualTo(one.post());
  }

  @Test
  void aLinkThatDoesNotFollowIsRefused() throws IOException {
    LinkStore store = open();
    assertThatThrownBy(() -> store.begin(LinkKind.DELTA, 1)).hasMessageContaining("nothing");
    add(store, LinkKind.BASE, 7, 7, "base");
    assertThatThrownBy(() -> store.begin(LinkKind.DELTA, 9))
        .hasMessageContaining("does not follow");
    assertThatThrownBy(() -> store.begin(LinkKind.BASE, 7)).hasMessageContaining("does not follow");
    try (LinkWriter _ = store.begin(LinkKind.DELTA, 8)) {
      assertThatThrownBy(() -> store.begin(LinkKind.DELTA, 8)).hasMessageContaining("another link");
    }
    add(store, LinkKind.DELTA, 8, 8, "after giving one up");
    assertThatThrownBy(() -> store.adopt(new ChainEnd(1, 9, ChainHash.GENESIS)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAdoptedEndIsFollowed() throws IOException {
    LinkStore store = open();
    store.adopt(new ChainEnd(40, 41, ChainHash.post(ChainHash.GENESIS, ChainHash.GENESIS)));
    sim.losePower();
    store = open();
    assertThat(add(store, LinkKind.BASE, 42, 42, "base").pre())
        .isEqualTo(ChainHash.post(ChainHash.GENESIS, ChainHash.GENESIS));
  }

  @Test
  void aFullQueueSaysSo() throws IOException {
    LinkStore store =
        LinkStore.open(sim.machine(), SPOOL, LinkStoreOptions.defaults().withMaxPendingBytes(10));
    add(store, LinkKind.BASE, 1, 1, "x".repeat(10));
    assertThatThrownBy(() -> store.begin(LinkKind.DELTA, 2))
        .isInstanceOf(LinkStoreFullException.class)
        .hasMessageContaining("the limit is 10");
    store.shippedUpTo(1);
    add(store, LinkKind.DELTA, 2, 2, "room again");
  }

  @Test
  void shippedLinksAreKeptUpToALimit() throws IOException {
    LinkStore store =
        LinkStore.open(sim.machine(), SPOOL, LinkStoreOptions.defaults().withKeptBytes(9));
    for (int i = 1; i <= 4; i++) {
      add(store, i == 1 ? LinkKind.BASE : LinkKind.DELTA, i, i, "four");
    }
    store.shippedUpTo(3);
    store.settle();
    assertThat(store.links()).extracting(StoredLink::first).containsExactly(2L, 3L, 4L);
    assertThat(store.pending(9)).extracting(StoredLink::first).containsExactly(4L);
    assertThatThrownBy(() -> store.shippedUpTo(3)).hasMessageContaining("ends at 3");
  }

  @Test
  void aSecondOwnerIsTold() throws IOException {
    LinkStore first = open();
    assertThatThrownBy(this::open).isInstanceOf(LockHeldException.class);
    String instance = first.instance();
    first.close();
    assertThat(open().instance()).isEqualTo(instance).matches("[0-9a-f]{16}");
  }

  @Test
  void aMissingLinkNamesBothNeighbours() throws IOException {
    LinkStore store = open();
    add(store, LinkKind.BASE, 1, 1, "base");
    StoredLink two = add(store, LinkKind.DELTA, 2, 3, "x");
    add(store, LinkKind.DELTA, 4, 4, "y");
    store.close();
    sim.disk().deleteForeign(two.path());
    assertThatThrownBy(this::open)
        .isInstanceOf(ChainDamagedException.class)
        .hasMessageContaining("2..3 are missing")
        .hasMessageContaining("between 1..1 and 4..4");
  }

  /// Every byte of a link file matters: in the footer and attributes at open, in the content when
  /// it is sent (I-11).
  @Test
  void everyDamagedByteIsNoticed() throws IOException {
    LinkStore store = open();
    StoredLink link = add(store, LinkKind.BASE, 1, 1, "content");
    store.close();
    byte[] good = new byte[sim.disk().contents(link.path()).remaining()];
    sim.disk().contents(link.path()).get(good);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 0x41;
      sim.disk().replaceForeign(link.path(), ByteBuffer.wrap(bad));
      if (at < link.bytes()) {
        try (LinkStore damaged = open()) {
          assertThatThrownBy(() -> content(damaged, damaged.pending(1).getFirst()))
              .hasMessageContaining("damaged");
        }
      } else {
        assertThatThrownBy(this::open).as("byte %d", at).isInstanceOf(ChainDamagedException.class);
      }
    }
    for (int length : List.of(0, 10, good.length - 1, good.length + 1)) {
      sim.disk()
          .replaceForeign(link.path(), ByteBuffer.wrap(java.util.Arrays.copyOf(good, length)));
      assertThatThrownBy(this::open).isInstanceOf(ChainDamagedException.class);
    }
  }

  @Test
  void aNewerFormatIsTooNewNotDamaged() throws IOException {
    LinkStore store = open();
    StoredLink link = add(store, LinkKind.BASE, 1, 1, "content");
    store.close();
    byte[] bytes = new byte[sim.disk().contents(link.path()).remaining()];
    sim.disk().contents(link.path()).get(bytes);
    bytes[bytes.length - 192 + 9] = 2;
    sim.disk().replaceForeign(link.path(), ByteBuffer.wrap(bytes));
    assertThatThrownBy(this::open).hasMessageContaining("too new");
  }

  @Test
  void aDamagedPositionCountsAsMissing() throws IOException {
    LinkStore store = open();
    add(store, LinkKind.BASE, 1, 1, "base");
    store.shippedUpTo(1);
    store.settle();
    store.close();
    byte[] bytes = new byte[128];
    sim.disk().contents(SPOOL.resolve("position")).get(bytes);
    bytes[20] ^= 1;
    sim.disk().replaceForeign(SPOOL.resolve("position"), ByteBuffer.wrap(bytes));
    assertThat(open().end()).isNull();
  }

  private static final LinkStoreOptions KEEPING =
      LinkStoreOptions.defaults().withKeptBytes(1 << 20);

  /// A queue that was pointed at another replica must not go on at the old one's end there.
  @Test
  void aQueueThatServedAnotherReplicaBeginsAnew() throws IOException {
    LinkStore store = LinkStore.open(sim.machine(), SPOOL, KEEPING);
    assertThat(store.serve("s3://one/db")).isFalse();
    add(store, LinkKind.BASE, 1, 1, "base");
    add(store, LinkKind.DELTA, 2, 2, "more");
    store.shippedUpTo(2);
    store.settle();
    store.close();
    store = LinkStore.open(sim.machine(), SPOOL, KEEPING);
    assertThat(store.serve("s3://one/db")).isFalse();
    assertThat(store.end()).isNotNull();
    assertThat(store.serve("s3://two/db")).isTrue();
    assertThat(store.end()).isNull();
    assertThat(store.endMetadata()).isEmpty();
    assertThat(store.links()).isEmpty();
    store.close();
    store = LinkStore.open(sim.machine(), SPOOL, KEEPING);
    assertThat(store.serve("s3://two/db")).isFalse();
    assertThat(store.end()).isNull();
  }

  @Test
  void linksThatWaitForAnotherReplicaAreNotGivenToThisOne() throws IOException {
    LinkStore store = open();
    store.serve("s3://one/db");
    add(store, LinkKind.BASE, 1, 1, "base");
    assertThatThrownBy(() -> store.serve("s3://two/db"))
        .isInstanceOf(OtherReplicaException.class)
        .hasMessageContaining("1 links wait in /spool for s3://one/db, not for s3://two/db");
    assertThat(store.pendingLinks()).isEqualTo(1);
    assertThat(store.serve("s3://one/db")).isFalse();
  }

  private interface Step {
    void run() throws IOException;
  }

  private static boolean dies(Step step) throws IOException {
    try {
      step.run();
      return false;
    } catch (SimCrash _) {
      return true;
    }
  }

  private static void switchReplica(SimMachine sim) throws IOException {
    LinkStore store = LinkStore.open(sim.machine(), SPOOL, KEEPING);
    store.serve("one");
    add(store, LinkKind.BASE, 1, 1, "base");
    add(store, LinkKind.DELTA, 2, 2, "more");
    store.shippedUpTo(2);
    store.settle();
    store.serve("two");
  }

  private static void requireForgotten(SimMachine sim) throws IOException {
    try (LinkStore store = LinkStore.open(sim.machine(), SPOOL, KEEPING)) {
      if (store.shipped() == null && !store.links().isEmpty()) {
        assertThat(store.serve("one")).as("nothing was shipped yet").isFalse();
        return;
      }
      store.serve("two");
      assertThat(store.links()).isEmpty();
      assertThat(store.end()).isNull();
    }
  }

  /// I-9: links whose removal was half done would else count as waiting, for the wrong replica.
  @Test
  void noDeathWhileItForgetsMakesShippedLinksWaitAgain() throws IOException {
    int deaths = 0;
    for (int step = 1; step < 120; step++) {
      for (Death death : Death.values()) {
        FaultPlan plan = FaultPlan.none().with(new Fault.Crash(step, death));
        SimMachine dying = new SimMachine(Seed.of(step), SimOptions.defaults().withFaults(plan));
        deaths += dies(() -> switchReplica(dying)) ? 1 : 0;
        dying.losePower();
        while (dies(() -> requireForgotten(dying))) {
          deaths++;
        }
      }
    }
    assertThat(deaths).isGreaterThan(60);
  }
}
