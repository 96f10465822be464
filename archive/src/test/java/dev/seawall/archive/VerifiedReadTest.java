// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.StoreFaults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A truncated body is not the end, another version is not the same object, wrong bytes are told.
class VerifiedReadTest {
  private static final ObjectKey KEY = ObjectKey.of("db/x");

  private final SimMachine sim = new SimMachine(Seed.of(1));
  private final SimObjectStore world = new SimObjectStore(sim);

  private Replica replica() {
    return Replica.of(sim.machine(), world.client(sim), Rig.LAYOUT);
  }

  private void put(byte[] bytes) throws IOException {
    world.client(sim).put(KEY, ObjectContent.of(bytes), Map.of(), PutCondition.always());
  }

  @Test
  void brokenConnectionsAreResumedAndTheWholeIsRight() {
    Seeds.forEach(
        30,
        1,
        seed -> {
          SimMachine own = new SimMachine(seed);
          SimObjectStore store = new SimObjectStore(own);
          byte[] bytes = new byte[200_000];
          new java.util.SplittableRandom(seed.value()).nextBytes(bytes);
          store.client(own).put(KEY, ObjectContent.of(bytes), Map.of(), PutCondition.always());
          store.setFaults(StoreFaults.none().withCutBodies(2).withFailures(20).withThrottling(20));
          ByteArrayOutputStream copy = new ByteArrayOutputStream();
          new VerifiedRead(Replica.of(own.machine(), store.client(own), Rig.LAYOUT))
              .copy(KEY, copy);
          assertThat(copy.toByteArray()).isEqualTo(bytes);
        });
  }

  @Test
  void aChangedByteIsDamage() throws IOException {
    put(new byte[1000]);
    world.corrupt(KEY);
    assertThatThrownBy(() -> new VerifiedRead(replica()).bytes(KEY, 2000))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED))
        .hasMessageContaining("expected SHA-256");
  }

  @Test
  void anObjectReplacedWhileItIsReadIsNotMixed() throws IOException {
    byte[] first = new byte[100_000];
    put(first);
    world.setFaults(StoreFaults.none().withCutBodies(1));
    int[] gets = {0};
    ByteArrayOutputStream copy =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int offset, int count) {
            super.write(bytes, offset, count);
            if (gets[0]++ == 0) {
              world.putForeign(KEY, ByteBuffer.wrap(new byte[100_000]), Map.of());
            }
          }
        };
    assertThatThrownBy(() -> new VerifiedRead(replica()).copy(KEY, copy))
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED));
  }

  @Test
  void aSmallObjectHasALimit() throws IOException {
    put(new byte[1000]);
    assertThatThrownBy(() -> new VerifiedRead(replica()).bytes(KEY, 999))
        .hasMessageContaining("the limit is 999");
    assertThatThrownBy(() -> new VerifiedRead(replica()).bytes(ObjectKey.of("no"), 999))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }

  @Test
  void aStoreThatNeverDeliversIsGivenUp() throws IOException {
    put(new byte[1]);
    world.outage(3_600_000_000_000L);
    assertThatThrownBy(() -> new VerifiedRead(replica()).bytes(KEY, 10))
        .hasMessageContaining("outage");
    assertThat(sim.time().elapsedNanos()).isBetween(1L, 200_000_000_000L);
  }
}
