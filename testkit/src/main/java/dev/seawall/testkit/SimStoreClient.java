// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.WaitWord;
import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import dev.seawall.testkit.SimObjectStore.Stored;
import dev.seawall.testkit.StoreFaults.Chance;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One incarnation's connection to a [SimObjectStore].
final class SimStoreClient implements ObjectStore {
  /// What a call does at the store; the moment of its effect.
  private interface Effectful<T> {
    T apply() throws ObjectStoreException;
  }

  private final SimObjectStore store;
  private final SimMachine sim;
  private final SimScheduler scheduler;
  private final Life life;
  private final RandomGenerator random;
  private final WaitWord word;
  private boolean closed;

  SimStoreClient(SimObjectStore store, SimMachine sim, SimScheduler scheduler, Life life) {
    this.store = store;
    this.sim = sim;
    this.scheduler = scheduler;
    this.life = life;
    this.random = store.random();
    this.word = scheduler.newWaitWord();
  }

  @Override
  public String describe() {
    return "sim://store";
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    begin("stage", key.text());
    byte[] bytes;
    try (InputStream stream = content.open()) {
      bytes = stream.readAllBytes();
    } catch (IOException e) {
      throw failure("stage", key.text(), Kind.INVALID, Effect.NOT_DONE, "cannot read it: " + e);
    }
    if (content.bytes().orElse(bytes.length) != bytes.length) {
      throw failure(
          "stage",
          key.text(),
          Kind.INVALID,
          Effect.NOT_DONE,
          "promised " + content.bytes() + " bytes, found " + bytes.length);
    }
    Map<String, String> stored =
        content.sha256() == null
            ? SimObjectStore.withChecksum(bytes, metadata)
            : ObjectMetadata.normalised(withSha(metadata, content.sha256()));
    return new Staged(key, bytes, stored);
  }

  private static Map<String, String> withSha(Map<String, String> metadata, @Nullable String sha) {
    Map<String, String> all = new java.util.HashMap<>(metadata);
    if (sha != null) {
      all.put(ObjectMetadata.SHA256, sha);
    }
    return all;
  }

  private final class Staged implements StagedPut {
    private final ObjectKey key;
    private final byte[] content;
    private final Map<String, String> metadata;
    private boolean over;

    Staged(ObjectKey key, byte[] content, Map<String, String> metadata) {
      this.key = key;
      this.content = content;
      this.metadata = metadata;
    }

    @Override
    public ObjectInfo publish(PutCondition condition) throws ObjectStoreException {
      if (over) {
        throw new IllegalStateException("the put of " + key + " is over");
      }
      ObjectInfo stored =
          change(
              "put",
              key,
              () -> {
                if (!store.holds(key, condition)) {
                  throw failure(
                      "put",
                      key.text(),
                      Kind.PRECONDITION_FAILED,
                      Effect.NOT_DONE,
                      condition.toString());
                }
                return store.put(key, content, metadata);
              });
      over = true;
      return stored;
    }

    @Override
    public void close() {
      over = true;
    }
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    begin("head", key.text());
    Stored stored = store.find(key);
    ObjectInfo info = stored == null ? null : stored.info();
    travel();
    return info;
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException("position " + position + ", length " + length);
    }
    begin("get", key.text());
    Stored stored = store.find(key);
    travel();
    if (stored == null) {
      throw failure("get", key.text(), Kind.NOT_FOUND, Effect.NOT_DONE, "no such object");
    }
    if (version != null && !version.equals(stored.info().version())) {
      throw failure(
          "get", key.text(), Kind.PRECONDITION_FAILED, Effect.NOT_DONE, "another version");
    }
    int from = (int) Math.min(position, stored.content().length);
    int count = (int) Math.min(length, stored.content().length - from);
    boolean cut = store.faults().draw(Chance.CUT_BODY, random);
    int given = cut && count > 0 ? random.nextInt(count) : count;
    return new ObjectBody(
        stored.info(), from, count, new ByteArrayInputStream(stored.content(), from, given));
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    if (limit < 1 || limit > MAX_LISTED) {
      throw new IllegalArgumentException("limit " + limit);
    }
    begin("list", prefix);
    List<ObjectInfo> page = new ArrayList<>();
    for (Stored stored : store.listed().values()) {
      ObjectInfo info = stored.info();
      String name = info.key().text();
      if (name.startsWith(prefix)
          && (after == null || ObjectKey.compare(name, after) > 0)
          && page.size() < limit) {
        page.add(
            new ObjectInfo(info.key(), info.bytes(), info.version(), info.modified(), Map.of()));
      }
    }
    travel();
    return page;
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    for (ObjectKey key : keys) {
      change(
          "delete",
          key,
          () -> {
            if (store.find(key) != null) {
              store.change(key, null);
            }
            return key;
          });
    }
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    change(
        "delete",
        key,
        () -> {
          if (store.find(key) == null) {
            throw failure("delete", key.text(), Kind.NOT_FOUND, Effect.NOT_DONE, "no such object");
          }
          if (!store.holds(key, PutCondition.ifMatch(version))) {
            throw failure(
                "delete", key.text(), Kind.PRECONDITION_FAILED, Effect.NOT_DONE, "another version");
          }
          store.change(key, null);
          return key;
        });
  }

  @Override
  public void close() {
    closed = true;
  }

  /// A call that changes something: its reply can be lost, and it can arrive late.
  private <T> T change(String verb, ObjectKey key, Effectful<T> effect)
      throws ObjectStoreException {
    begin(verb, key.text());
    StoreFaults faults = store.faults();
    if (faults.draw(Chance.LATE_EFFECT, random)) {
      store.later(() -> {
        try {
          effect.apply();
        } catch (ObjectStoreException _) {
          // Its condition does not hold any more; nobody waits for the answer.
        }
      });
      throw failure(verb, key.text(), Kind.UNAVAILABLE, Effect.UNKNOWN, "simulated timeout");
    }
    T result = effect.apply();
    crash();
    if (faults.draw(Chance.LOST_REPLY, random)) {
      throw failure(verb, key.text(), Kind.UNAVAILABLE, Effect.UNKNOWN, "simulated lost reply");
    }
    travel();
    return result;
  }

  /// The way there, and everything that stops a call before it had an effect.
  private void begin(String verb, String subject) throws ObjectStoreException {
    life.check();
    if (closed) {
      throw failure(verb, subject, Kind.CLOSED, Effect.NOT_DONE, "this store was closed");
    }
    store.countCall();
    travel();
    SimObjectStore.Interception interception = store.takeInterception(verb);
    if (interception != null) {
      try {
        interception.run();
      } catch (Exception e) {
        throw new AssertionError("interception failed: " + e, e);
      }
      life.check();
    }
    crash();
    store.settle();
    if (store.isOut()) {
      throw failure(verb, subject, Kind.UNAVAILABLE, Effect.NOT_DONE, "simulated outage");
    }
    if (store.faults().draw(Chance.THROTTLED, random)) {
      throw failure(verb, subject, Kind.THROTTLED, Effect.NOT_DONE, "simulated SlowDown");
    }
    if (store.faults().draw(Chance.FAILED, random)) {
      throw failure(verb, subject, Kind.UNAVAILABLE, Effect.NOT_DONE, "simulated 503");
    }
  }

  private void crash() {
    if (store.faults().draw(Chance.CRASH, random)) {
      sim.die(random.nextBoolean() ? Death.KILL : Death.POWER);
      life.check();
    }
  }

  private void travel() {
    long most = store.faults().maxLatencyNanos() / 2;
    if (most == 0) {
      return;
    }
    SimTime time = sim.time();
    long arrival = time.elapsedNanos() + random.nextLong(most + 1);
    while (time.elapsedNanos() < arrival) {
      try {
        word.await(word.value(), arrival - time.elapsedNanos());
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts a simulation", e);
      }
    }
    life.check();
    assert !life.isOver() : scheduler;
  }

  private static ObjectStoreException failure(
      String verb, String subject, Kind kind, Effect effect, String detail) {
    return new ObjectStoreException(verb, subject, kind, effect, detail, null);
  }
}
