// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.VerifiedRead;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.s3.FaultProxy.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What networks and servers do between us and the store: every failure says *not done* or
/// *unknown*, the SDK tries nothing again by itself, and ours does.
class S3FaultsTest {
  private static final ObjectKey KEY = ObjectKey.of("db/0000/key");

  private Machine machine;
  private FaultProxy proxy;
  private S3Options options;
  private S3ObjectStore store;

  @BeforeEach
  void start() throws Exception {
    S3ProxyServer server = S3ProxyServer.get();
    machine = SystemMachine.open(Backend.AUTO);
    proxy = new FaultProxy(server.endpoint());
    options =
        server.options(server.newBucket()).withEndpoint(proxy.endpoint()).withTimeoutMillis(60_000);
    store = S3ObjectStore.open(options);
  }

  @AfterEach
  void stop() throws Exception {
    if (store != null) {
      store.close();
      proxy.close();
      machine.scheduler().close();
    }
  }

  private void put() throws IOException {
    store.put(KEY, ObjectContent.of("content"), Map.of("attempt", "1"), PutCondition.ifAbsent());
  }

  private Replica replica() {
    RetryPolicy quick = RetryPolicy.defaults().withBaseMillis(1).withMaxDelayMillis(20);
    CircuitBreaker breaker = CircuitBreaker.withDefaults(machine.time());
    return new Replica(
        machine, store, LinkLayout.onS3("db", ".ltx"), new Retrier(machine, quick, breaker));
  }

  private void putFails(Fault fault, Kind kind, Effect effect, boolean happened)
      throws IOException {
    int before = proxy.requests();
    proxy.plan(fault);
    assertThatThrownBy(this::put)
        .isInstanceOfSatisfying(
            ObjectStoreException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e.effect()).as(e.getMessage()).isEqualTo(effect);
            });
    assertThat(proxy.requests()).as("nothing is tried again in here").isEqualTo(before + 1);
    assertThat(store.head(KEY) != null).isEqualTo(happened);
  }

  @Test
  void aServerErrorMayHaveHappened() throws Exception {
    putFails(Fault.INTERNAL_ERROR, Kind.UNAVAILABLE, Effect.UNKNOWN, false);
  }

  @Test
  void throttlingHasNotHappened() throws Exception {
    putFails(Fault.SLOW_DOWN, Kind.THROTTLED, Effect.NOT_DONE, false);
    putFails(Fault.TOO_MANY_REQUESTS, Kind.THROTTLED, Effect.NOT_DONE, false);
  }

  /// Litestream #918, #1305: 408 ended the replication.
  @Test
  void aRequestThatTookTooLongMayHaveHappened() throws Exception {
    putFails(Fault.REQUEST_TIMEOUT, Kind.UNAVAILABLE, Effect.UNKNOWN, false);
    proxy.plan(Fault.REQUEST_TIMEOUT, Fault.NONE);
    replica().put(KEY, ObjectContent.of("content"), Map.of(), PutCondition.ifAbsent());
    assertThat(store.head(KEY)).isNotNull();
  }

  @Test
  void aLostReplyHasHappenedAndIsUnknown() throws Exception {
    putFails(Fault.LOST_REPLY, Kind.UNAVAILABLE, Effect.UNKNOWN, true);
  }

  @Test
  void aBrokenConnectionIsUnknown() throws Exception {
    putFails(Fault.NO_REPLY, Kind.UNAVAILABLE, Effect.UNKNOWN, false);
  }

  @Test
  void silenceEndsByTheTimeout() throws Exception {
    S3ObjectStore patient = store;
    try (S3ObjectStore hasty = S3ObjectStore.open(options.withTimeoutMillis(300))) {
      store = hasty;
      proxy.plan(Fault.SILENCE);
      assertThatThrownBy(this::put)
          .isInstanceOfSatisfying(
              ObjectStoreException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(e.effect()).isEqualTo(Effect.UNKNOWN);
              });
    } finally {
      store = patient;
    }
    assertThat(store.head(KEY)).isNull();
  }

  @Test
  void aFailedReadIsNotDone() throws Exception {
    put();
    proxy.plan(Fault.INTERNAL_ERROR);
    assertThatThrownBy(() -> store.head(KEY))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.effect()).isEqualTo(Effect.NOT_DONE));
  }

  @Test
  void lostRepliesAndErrorsAreOvercomeByOurRetries() throws Exception {
    proxy.plan(Fault.INTERNAL_ERROR, Fault.NONE, Fault.SLOW_DOWN, Fault.LOST_REPLY);
    replica()
        .put(KEY, ObjectContent.of("content"), Map.of("attempt", "7"), PutCondition.ifAbsent());
    assertThat(store.head(KEY).metadata()).containsEntry("attempt", "7");
    proxy.plan(Fault.LOST_REPLY, Fault.TOO_MANY_REQUESTS);
    assertThat(replica().head(KEY)).isNotNull();
    assertThat(replica().listAll("db/", null)).hasSize(1);
  }

  @Test
  void cutAndSlowBodiesAreReadToTheEnd() throws Exception {
    byte[] content = new byte[300_000];
    new SplittableRandom(1).nextBytes(content);
    store.put(KEY, ObjectContent.of(content), Map.of(), PutCondition.ifAbsent());
    proxy.plan(Fault.CUT_BODY, Fault.CUT_BODY, Fault.SLOW_BODY, Fault.NONE, Fault.INTERNAL_ERROR);
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    new VerifiedRead(replica()).copy(KEY, copy);
    assertThat(copy.toByteArray()).isEqualTo(content);
  }

  @Test
  void aCutBodyIsNeverTheEndOfTheObject() throws Exception {
    byte[] content = new byte[100_000];
    store.put(KEY, ObjectContent.of(content), Map.of(), PutCondition.ifAbsent());
    proxy.plan(Fault.CUT_BODY);
    assertThatThrownBy(() -> store.get(KEY).stream().readAllBytes())
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
  }

  @Test
  void aPartThatFailsLeavesNothingVisible() throws Exception {
    byte[] content = new byte[2 * (8 << 20)];
    proxy.plan(Fault.NONE, Fault.NONE, Fault.INTERNAL_ERROR);
    assertThatThrownBy(
            () -> store.put(KEY, ObjectContent.of(content), Map.of(), PutCondition.ifAbsent()))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.effect()).isEqualTo(Effect.NOT_DONE));
    assertThat(store.head(KEY)).isNull();
  }
}
