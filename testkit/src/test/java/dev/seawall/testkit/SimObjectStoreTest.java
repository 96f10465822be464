// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.seawall.io.Scheduler.Placement;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The simulated store keeps the contract, and each of its faults happens.
class SimObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("db/key");

  private final SimMachine sim = new SimMachine(Seed.of(1));
  private final SimObjectStore world = new SimObjectStore(sim);

  private static void put(ObjectStore store, String text) throws IOException {
    store.put(KEY, ObjectContent.of(text), Map.of(), PutCondition.ifAbsent());
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return ObjectStoreContract.lines().stream()
        .map(line ->
            dynamicTest(
                line.name(),
                () -> {
                  SimMachine own = new SimMachine(Seed.of(1));
                  SimObjectStore fresh = new SimObjectStore(own);
                  fresh.setFaults(StoreFaults.none().withLatencyNanos(1000));
                  line.check(fresh.client(own));
                }));
  }

  @Test
  void noLineOfTheContractIsForgotten() {
    List<String> written =
        Arrays.stream(ObjectStoreContract.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic() && method.getReturnType() == void.class)
            .filter(method -> method.getParameterCount() == 0)
            .map(method -> method.getName())
            .toList();
    assertThat(ObjectStoreContract.lines().stream().map(ObjectStoreContract.Line::name))
        .containsExactlyInAnyOrderElementsOf(written);
  }

  @Test
  void aLostReplySaysUnknownAndHasHappened() {
    world.setFaults(StoreFaults.none().withLostReplies(1));
    assertThatThrownBy(() -> put(world.client(sim), "x"))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.effect()).isEqualTo(Effect.UNKNOWN));
    assertThat(world.info(KEY)).isNotNull();
  }

  @Test
  void aLateRequestSaysUnknownAndHappensLater() {
    world.setFaults(StoreFaults.none().withLateEffects(1));
    assertThatThrownBy(() -> put(world.client(sim), "x"))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.effect()).isEqualTo(Effect.UNKNOWN));
    assertThat(world.info(KEY)).isNull();
    sim.time().advance(60_000_000_000L);
    assertThat(world.info(KEY)).isNotNull();
  }

  @Test
  void throttlingFailuresAndOutagesAreNotDone() throws Exception {
    ObjectStore client = world.client(sim);
    world.setFaults(StoreFaults.none().withThrottling(1));
    assertThatThrownBy(() -> put(client, "x"))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.THROTTLED));
    world.setFaults(StoreFaults.none().withFailures(1));
    assertThatThrownBy(() -> put(client, "x"))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.effect()).isEqualTo(Effect.NOT_DONE));
    world.setFaults(StoreFaults.none());
    world.outage(3_600_000_000_000L);
    assertThatThrownBy(() -> put(client, "x")).hasMessageContaining("outage");
    assertThat(world.info(KEY)).isNull();
    sim.time().advance(3_600_000_000_000L);
    put(client, "x");
    assertThat(world.info(KEY)).isNotNull();
  }

  @Test
  void aBodyThatEndsEarlyIsAnErrorNotAnEnd() throws Exception {
    ObjectStore client = world.client(sim);
    put(client, "0123456789");
    world.setFaults(StoreFaults.none().withCutBodies(1));
    assertThatThrownBy(() -> client.get(KEY).stream().readAllBytes())
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("ended early");
  }

  @Test
  void aListingMayBeLateAndConditionsNeverAre() throws Exception {
    ObjectStore client = world.client(sim);
    world.setFaults(StoreFaults.none().withLateListingNanos(1_000_000_000L));
    put(client, "x");
    assertThat(client.list("", null, 10)).isEmpty();
    assertThatThrownBy(() -> put(client, "y")).hasMessageContaining("IfAbsent");
    sim.time().advance(1_000_000_000L);
    assertThat(client.list("", null, 10)).hasSize(1);
  }

  @Test
  void corruptionIsSilentAndKeepsTheChecksumOfWhatWasMeant() throws Exception {
    world.setFaults(StoreFaults.none().withCorruption(1));
    put(world.client(sim), "x");
    assertThat(world.content(KEY).get(0)).isNotEqualTo((byte) 'x');
    assertThat(world.client(sim).head(KEY).sha256())
        .isEqualTo(SimObjectStore.sha256("x".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void aMachineThatDiesInACallStaysDead() throws Exception {
    Set<Boolean> happened = new HashSet<>();
    FixedSeeds.forEach(
        20,
        seed -> {
          SimMachine own = new SimMachine(seed);
          SimObjectStore outside = new SimObjectStore(own);
          ObjectStore client = outside.client(own);
          outside.setFaults(StoreFaults.none().withCrashes(2));
          try {
            put(client, "x");
            return;
          } catch (SimCrash _) {
            happened.add(outside.info(KEY) != null);
          }
          assertThatThrownBy(() -> client.head(KEY)).isInstanceOf(SimCrash.class);
          outside.setFaults(StoreFaults.none());
          outside.client(own).list("", null, 1);
        });
    assertThat(happened).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void otherWorkersRunWhileACallTravels() throws Exception {
    world.setFaults(StoreFaults.none().withLatencyNanos(1_000_000L));
    int[] ticks = {0};
    sim.scheduler()
        .start(
            "ticker",
            Placement.SHARED,
            () -> {
              ticks[0]++;
              return 10_000;
            });
    put(world.client(sim), "x");
    assertThat(ticks[0]).isGreaterThan(1);
  }

  @Test
  void aPausedCallerHasNoEffectYet() throws Exception {
    ObjectStore client = world.client(sim);
    world.interceptNext(
        "put",
        () -> {
          assertThat(world.info(KEY)).isNull();
          world.putForeign(KEY, java.nio.ByteBuffer.wrap(new byte[3]), Map.of());
        });
    // "stage" is the part before; the interception waits for the put itself.
    assertThatThrownBy(() -> put(client, "x"))
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED));
  }
}
