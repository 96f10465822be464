// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import dev.seawall.testkit.ObjectStoreContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Against the real S3Proxy: the contract, multipart uploads, many keys, races, credentials.
///
/// Through our own proxy, without faults: it sends head and body at once. Directly, about one small
/// put in 600 fails with "Error writing request body to server" (4 of 2,500, measured with 4
/// threads): unknown, and overcome by whoever makes calls again, but not by a test of single calls.
class S3ObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("db/0000/key");
  private static final int PART = S3Options.MIN_PART_BYTES;

  private S3ProxyServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws Exception {
    server = S3ProxyServer.get();
    proxy = new FaultProxy(server.endpoint());
  }

  @AfterEach
  void stop() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
  }

  private S3Options options(String bucket) {
    return server.options(bucket).withEndpoint(proxy.endpoint());
  }

  private S3ObjectStore store() throws IOException {
    return S3ObjectStore.open(options(server.newBucket()).withPartBytes(PART));
  }

  @TestFactory
  Stream<DynamicTest> keepsTheContract() {
    return ObjectStoreContract.lines().stream()
        .map(line ->
            dynamicTest(
                line.name(),
                () -> {
                  try (S3ObjectStore store = store()) {
                    line.check(store);
                  }
                }));
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(content);
    return content;
  }

  @Test
  void largeContentGoesInPartsAndAppearsWhenItIsPublished() throws Exception {
    byte[] content = random(2 * PART + 12_345);
    try (S3ObjectStore store = store();
        StagedPut staged = store.stage(KEY, ObjectContent.of(content), Map.of("a", "1"))) {
      assertThat(store.head(KEY)).isNull();
      ObjectInfo put = staged.publish(PutCondition.ifAbsent());
      assertThat(put.bytes()).isEqualTo(content.length);
      try (ObjectBody body = store.get(KEY)) {
        assertThat(body.info().metadata()).containsEntry("a", "1").containsKey("seawall-sha256");
        assertThat(body.stream().readAllBytes()).isEqualTo(content);
      }
      try (ObjectBody body = store.get(KEY, PART - 5, 10, put.requireVersion())) {
        assertThat(body.stream().readAllBytes())
            .isEqualTo(java.util.Arrays.copyOfRange(content, PART - 5, PART + 5));
      }
    }
  }

  @Test
  void largeContentIsConditionalToo() throws Exception {
    byte[] content = random(PART + 1);
    try (S3ObjectStore store = store()) {
      ObjectInfo first =
          store.put(KEY, ObjectContent.of("first"), Map.of(), PutCondition.ifAbsent());
      assertThatThrownBy(
              () -> store.put(KEY, ObjectContent.of(content), Map.of(), PutCondition.ifAbsent()))
          .isInstanceOfSatisfying(
              ObjectStoreException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED);
                assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
              });
      store.put(
          KEY, ObjectContent.of(content), Map.of(), PutCondition.ifMatch(first.requireVersion()));
      assertThat(store.head(KEY).bytes()).isEqualTo(content.length);
    }
  }

  @Test
  void streamedContentOfUnknownLengthGoesInParts() throws Exception {
    byte[] content = random(PART + 7);
    try (S3ObjectStore store = store()) {
      ObjectContent streamed = ObjectContent.streamed(new ByteArrayInputStream(content));
      assertThat(store.put(KEY, streamed, Map.of(), PutCondition.ifAbsent()).bytes())
          .isEqualTo(content.length);
      try (ObjectBody body = store.get(KEY)) {
        assertThat(body.stream().readAllBytes()).isEqualTo(content);
        assertThat(body.info().sha256()).isNull();
      }
    }
  }

  @Test
  void pagingAndBatchesGoBeyondAThousand() throws Exception {
    try (S3ObjectStore store = store()) {
      List<ObjectKey> keys = new ArrayList<>();
      for (int i = 0; i < 1203; i++) {
        keys.add(ObjectKey.of("many/%04d".formatted(i)));
      }
      try (var lanes = java.util.concurrent.Executors.newFixedThreadPool(4)) {
        List<java.util.concurrent.Future<?>> puts = new ArrayList<>();
        for (ObjectKey key : keys) {
          puts.add(
              lanes.submit(
                  () -> store.put(key, ObjectContent.of("x"), Map.of(), PutCondition.always())));
        }
        for (java.util.concurrent.Future<?> put : puts) {
          put.get();
        }
      }
      List<ObjectInfo> first = store.list("many/", null, 1000);
      assertThat(first).hasSize(1000);
      List<ObjectInfo> rest = store.list("many/", first.getLast().key().text(), 1000);
      assertThat(rest).hasSize(203);
      assertThat(rest.getLast().key()).isEqualTo(keys.getLast());
      store.delete(keys);
      assertThat(store.list("", null, 10)).isEmpty();
    }
  }

  /// I-14: the store decides atomically.
  @Test
  void ofRacingWritersExactlyOneWins() throws Exception {
    try (S3ObjectStore store = store()) {
      for (int round = 0; round < 5; round++) {
        ObjectKey key = ObjectKey.of("race/" + round);
        AtomicInteger won = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          String name = "writer " + i;
          threads.add(
              Thread.ofVirtual()
                  .start(() -> {
                    try {
                      start.await();
                      store.put(key, ObjectContent.of(name), Map.of(), PutCondition.ifAbsent());
                      won.incrementAndGet();
                    } catch (ObjectStoreException e) {
                      assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }));
        }
        start.countDown();
        for (Thread thread : threads) {
          thread.join();
        }
        assertThat(won).hasValue(1);
      }
    }
  }

  private void refused(S3Options options, Kind kind) throws IOException {
    try (S3ObjectStore store = S3ObjectStore.open(options)) {
      for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
          List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> store.list("", null, 1),
              () -> store.put(KEY, ObjectContent.of("x"), Map.of(), PutCondition.always()))) {
        assertThatThrownBy(call)
            .isInstanceOfSatisfying(
                ObjectStoreException.class,
                e -> {
                  assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
                  assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
                });
      }
    }
  }

  /// The store itself notices that the bytes are not those that were meant.
  @Test
  void bytesThatAreNotThoseThatWereMeantAreRefusedByTheStore() throws Exception {
    ObjectContent lying =
        new ObjectContent() {
          @Override
          public java.util.OptionalLong bytes() {
            return java.util.OptionalLong.of(5);
          }

          @Override
          public String sha256() {
            return "0".repeat(64);
          }

          @Override
          public boolean isRepeatable() {
            return true;
          }

          @Override
          public java.io.InputStream open() {
            return new ByteArrayInputStream(new byte[5]);
          }
        };
    try (S3ObjectStore store = store()) {
      assertThatThrownBy(() -> store.put(KEY, lying, Map.of(), PutCondition.ifAbsent()))
          .isInstanceOfSatisfying(
              ObjectStoreException.class,
              e -> {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.DAMAGED);
                assertThat(e.effect()).isEqualTo(Effect.NOT_DONE);
              });
      assertThat(store.head(KEY)).isNull();
    }
  }

  @Test
  void wrongCredentialsAreDenied() throws Exception {
    S3Options options = options(server.newBucket());
    refused(options.withCredentials(S3ProxyServer.IDENTITY, "wrong", null), Kind.DENIED);
    refused(options.withCredentials("nobody", "wrong", null), Kind.DENIED);
  }

  @Test
  void aMissingBucketIsNotAnEmptyOne() throws Exception {
    refused(options("no-such-bucket"), Kind.STORE_NOT_FOUND);
  }

  @Test
  void aStoreThatIsNotThereIsUnavailable() throws Exception {
    S3Options options = server.options("bucket").withEndpoint(URI.create("http://127.0.0.1:1"));
    refused(options, Kind.UNAVAILABLE);
    refused(options.withEndpoint(URI.create("http://no-such-host.invalid")), Kind.UNAVAILABLE);
  }
}
