// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.PutCondition;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An object store outside of every machine, which outlives them all. Confined to the simulation's
/// thread.
///
/// [#client] is what code under test gets; one client belongs to one incarnation of a machine and
/// dies with it. What goes wrong is [StoreFaults], drawn from the seed, and [#outage]. A test looks
/// at the truth, and hurts it, by the other methods.
///
/// A call takes time while other workers run: first the way there, then its effect, then the way
/// back. A reply can be lost on the way back, and a request can arrive late: the caller is told
/// *unknown* in both cases. Conditions are decided at the moment of the effect.
public final class SimObjectStore {
  /// Sees every change at the moment it happens.
  @FunctionalInterface
  public interface Observer {
    /// A key has got a new object, or has lost its object (null).
    void changed(ObjectKey key, @Nullable ObjectInfo now);
  }

  /// A call on its way, for [#interceptNext].
  @FunctionalInterface
  public interface Interception {
    /// Runs between the call's departure and its effect.
    void run() throws Exception;
  }

  /// An object. Its bytes are never changed but by [#corrupt].
  static final class Stored {
    private final ObjectInfo info;
    private final byte[] content;

    Stored(ObjectInfo info, byte[] content) {
      this.info = info;
      this.content = content;
    }

    ObjectInfo info() {
      return info;
    }

    byte[] content() {
      return content;
    }
  }

  private record Change(ObjectKey key, @Nullable Stored before, long visibleAtNanos) {}

  private record Late(long atNanos, Runnable effect) {}

  private final SimTime time;
  private final RandomGenerator random;
  private final NavigableMap<ObjectKey, Stored> objects = new TreeMap<>();
  private final List<Change> recent = new ArrayList<>();
  private final List<Late> late = new ArrayList<>();
  private final Map<String, Interception> interceptions = new HashMap<>();
  private final List<Observer> observers = new ArrayList<>();
  private StoreFaults faults = StoreFaults.none();
  private long outageUntilNanos;
  private long versions;
  private long calls;

  /// Makes an empty store whose clock is `time`.
  public SimObjectStore(Seed seed, SimTime time) {
    this.time = time;
    this.random = seed.random("object store");
  }

  /// Makes an empty store with the clock of a machine.
  public SimObjectStore(SimMachine sim) {
    this(sim.seed(), sim.time());
  }

  /// Returns a connection of the running incarnation of `sim`; boots one when none runs.
  public ObjectStore client(SimMachine sim) {
    return new SimStoreClient(this, sim, sim.scheduler(), sim.disk().life());
  }

  /// Changes what goes wrong from now on.
  public void setFaults(StoreFaults next) {
    faults = next;
  }

  /// Makes every call fail for `nanos` nanoseconds from now.
  public void outage(long nanos) {
    outageUntilNanos = time.elapsedNanos() + nanos;
  }

  /// Runs `action` when the next call of `verb` (put, get, head, list, delete) has left its caller
  /// and has had no effect yet: a caller that is paused at the worst moment.
  public void interceptNext(String verb, Interception action) {
    interceptions.put(verb, action);
  }

  /// Adds an observer.
  public void observe(Observer observer) {
    observers.add(observer);
  }

  /// Returns how many calls there were.
  public long calls() {
    return calls;
  }

  /// Returns the keys that begin with `prefix`, in order: the truth, never late.
  public List<ObjectKey> keys(String prefix) {
    settle();
    return objects.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  /// Returns what stands under a key; null when nothing does.
  public @Nullable ObjectInfo info(ObjectKey key) {
    settle();
    Stored stored = objects.get(key);
    return stored == null ? null : stored.info();
  }

  /// Returns the bytes of an object; a read-only view.
  ///
  /// @throws IllegalArgumentException when there is none
  public ByteBuffer content(ObjectKey key) {
    settle();
    Stored stored = objects.get(key);
    if (stored == null) {
      throw new IllegalArgumentException("no object " + key);
    }
    return ByteBuffer.wrap(stored.content()).asReadOnlyBuffer();
  }

  /// Removes an object behind everybody's back.
  public void deleteForeign(ObjectKey key) {
    change(key, null);
  }

  /// Puts an object behind everybody's back, as another program does: metadata as given, no
  /// checksum added.
  public void putForeign(ObjectKey key, ByteBuffer content, Map<String, String> metadata) {
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    change(key, stored(key, bytes, metadata));
  }

  /// Flips one bit of an object; its metadata stays.
  public void corrupt(ObjectKey key) {
    Stored stored = objects.get(key);
    if (stored == null || stored.content().length == 0) {
      throw new IllegalArgumentException("nothing to corrupt at " + key);
    }
    flip(stored.content());
  }

  // ---- for clients

  SimTime time() {
    return time;
  }

  RandomGenerator random() {
    return random;
  }

  StoreFaults faults() {
    return faults;
  }

  boolean isOut() {
    return time.elapsedNanos() < outageUntilNanos;
  }

  void countCall() {
    calls++;
  }

  @Nullable Interception takeInterception(String verb) {
    return interceptions.remove(verb);
  }

  /// Lets requests arrive whose time has come.
  void settle() {
    long now = time.elapsedNanos();
    for (Late each : List.copyOf(late)) {
      if (each.atNanos() <= now && late.remove(each)) {
        each.effect().run();
      }
    }
  }

  void later(Runnable effect) {
    late.add(new Late(time.elapsedNanos() + random.nextLong(60_000_000_000L), effect));
  }

  @Nullable Stored find(ObjectKey key) {
    return objects.get(key);
  }

  /// Returns whether a condition holds now.
  boolean holds(ObjectKey key, PutCondition condition) {
    Stored stored = objects.get(key);
    return switch (condition) {
      case PutCondition.Always _ -> true;
      case PutCondition.IfAbsent _ -> stored == null;
      case PutCondition.IfMatch match ->
          stored != null && match.version().equals(stored.info().version());
    };
  }

  ObjectInfo put(ObjectKey key, byte[] content, Map<String, String> metadata) {
    byte[] copy = content.clone();
    if (copy.length > 0 && faults.draw(StoreFaults.Chance.CORRUPTION, random)) {
      flip(copy);
    }
    Stored stored = stored(key, copy, metadata);
    change(key, stored);
    return stored.info();
  }

  void change(ObjectKey key, @Nullable Stored now) {
    Stored before = now == null ? objects.remove(key) : objects.put(key, now);
    if (faults.lateListingNanos() > 0) {
      long visible = time.elapsedNanos() + random.nextLong(faults.lateListingNanos() + 1);
      recent.add(new Change(key, before, visible));
    }
    for (Observer observer : observers) {
      observer.changed(key, now == null ? null : now.info());
    }
  }

  /// Returns what a listing shows now: for each key that changed lately, perhaps what was before.
  NavigableMap<ObjectKey, Stored> listed() {
    long now = time.elapsedNanos();
    recent.removeIf(change -> change.visibleAtNanos() <= now);
    NavigableMap<ObjectKey, Stored> shown = new TreeMap<>(objects);
    for (Change change : recent.reversed()) {
      if (change.before() == null) {
        shown.remove(change.key());
      } else {
        shown.put(change.key(), change.before());
      }
    }
    return shown;
  }

  private Stored stored(ObjectKey key, byte[] content, Map<String, String> metadata) {
    Instant modified = Instant.ofEpochMilli(time.wallMillis());
    return new Stored(
        new ObjectInfo(key, content.length, "v" + ++versions, modified, metadata), content);
  }

  private void flip(byte[] content) {
    content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
  }

  /// Returns metadata with the checksum of the content.
  static Map<String, String> withChecksum(byte[] content, Map<String, String> metadata) {
    Map<String, String> all = new HashMap<>(metadata);
    all.put(ObjectMetadata.SHA256, sha256(content));
    return ObjectMetadata.normalised(all);
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
