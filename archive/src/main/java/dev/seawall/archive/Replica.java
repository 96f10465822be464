// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.Machine;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One replica: a store, where its links lie in it, and how calls are made again. Thread-safe;
/// calls block.
public final class Replica {
  private final Machine machine;
  private final ObjectStore store;
  private final LinkLayout layout;
  private final Retrier retrier;

  /// Puts together a replica; nothing is called. The store stays the caller's to close.
  public Replica(Machine machine, ObjectStore store, LinkLayout layout, Retrier retrier) {
    this.machine = machine;
    this.store = store;
    this.layout = layout;
    this.retrier = retrier;
  }

  /// Puts together a replica with default retries and a breaker of its own.
  public static Replica of(Machine machine, ObjectStore store, LinkLayout layout) {
    CircuitBreaker breaker = CircuitBreaker.withDefaults(machine.time());
    return new Replica(
        machine, store, layout, new Retrier(machine, RetryPolicy.defaults(), breaker));
  }

  /// Returns the machine.
  public Machine machine() {
    return machine;
  }

  /// Returns the store, whose calls are not made again.
  public ObjectStore store() {
    return store;
  }

  /// Returns where links lie.
  public LinkLayout layout() {
    return layout;
  }

  /// Returns what makes calls again.
  public Retrier retrier() {
    return retrier;
  }

  /// Returns this replica, but that somebody is told how attempts at calls end.
  public Replica telling(CallListener whom) {
    return new Replica(machine, store, layout, retrier.telling(whom));
  }

  /// Returns what people call it.
  public String describe() {
    return store.describe() + "/" + layout.path();
  }

  /// Looks at one object, again if need be; null when there is none.
  public @Nullable ObjectInfo head(ObjectKey key) throws IOException {
    return retrier.call(() -> store.head(key));
  }

  /// Lists every object whose key begins with `prefix` and follows `after`, page by page.
  public List<ObjectInfo> listAll(String prefix, @Nullable String after) throws IOException {
    List<ObjectInfo> all = new ArrayList<>();
    String place = after;
    while (true) {
      String from = place;
      List<ObjectInfo> page = retrier.call(() -> store.list(prefix, from, ObjectStore.MAX_LISTED));
      all.addAll(page);
      if (page.size() < ObjectStore.MAX_LISTED) {
        return all;
      }
      place = page.getLast().key().text();
    }
  }

  /// Returns the newest link over all levels that is not void; null when there is none.
  ///
  /// One listing of each level. A listing may be late; so what follows the newest link is looked
  /// for by name, as long as links cover one number each.
  public @Nullable ChainEnd end(Epochs epochs) throws IOException {
    Chain chain = Chain.list(this);
    while (!chain.isEmpty()) {
      Link newest = chain.newest();
      ObjectInfo info = head(newest.key());
      if (info != null && epochs.voiding(newest, LinkMarks.of(info.metadata())) == null) {
        return forward(end(newest.first(), newest.last(), info), epochs);
      }
      chain = chain.without(List.of(newest));
    }
    // A replica that looks empty may be younger than the listing.
    return forward(null, epochs);
  }

  private @Nullable ChainEnd forward(@Nullable ChainEnd from, Epochs epochs) throws IOException {
    ChainEnd end = from;
    while (true) {
      long next = end == null ? 1 : end.last() + 1;
      ObjectInfo info = head(layout.key(0, next, next));
      if (info == null || epochs.voiding(next, LinkMarks.of(info.metadata())) != null) {
        return end;
      }
      end = end(next, next, info);
    }
  }

  private static ChainEnd end(long first, long last, ObjectInfo info) {
    String post = LinkMarks.of(info.metadata()).post();
    return new ChainEnd(first, last, post == null ? ChainHash.GENESIS : post);
  }

  /// Puts content, again if need be, and finds out what a lost reply hid: with a condition, the
  /// bytes stand there once, or somebody else's do.
  ///
  /// @param metadata must tell the content apart from every other writer's, for example by
  ///   `seawall-writer` and the content's hash
  /// @return what stands there now, ours
  /// @throws ObjectStoreException of kind PRECONDITION_FAILED when the condition does not hold and
  ///   the object that stands there is not this one
  public ObjectInfo put(
      ObjectKey key, ObjectContent content, Map<String, String> metadata, PutCondition condition)
      throws IOException {
    if (!content.isRepeatable()) {
      throw new IllegalArgumentException("content that is read once cannot be put again");
    }
    return retrier.call(() -> {
      try {
        return store.put(key, content, metadata, condition);
      } catch (ObjectStoreException e) {
        boolean refused = e.kind() == Kind.PRECONDITION_FAILED;
        boolean unknown = e.effect() == Effect.UNKNOWN && !isAlways(condition);
        if (!refused && !unknown) {
          throw e;
        }
        ObjectInfo found = store.head(key);
        if (found != null && isSame(found, content, metadata)) {
          return found;
        }
        if (unknown && !mayStillHold(condition, found)) {
          throw new ObjectStoreException(
              "put",
              key.text(),
              Kind.PRECONDITION_FAILED,
              Effect.NOT_DONE,
              "something else stands there",
              e);
        }
        throw e;
      }
    });
  }

  /// Whether a request whose reply was lost can still succeed: a refusal may be lost too.
  private static boolean mayStillHold(PutCondition condition, @Nullable ObjectInfo found) {
    return switch (condition) {
      case PutCondition.Always _ -> true;
      case PutCondition.IfAbsent _ -> found == null;
      case PutCondition.IfMatch match -> found != null && match.version().equals(found.version());
    };
  }

  private static boolean isAlways(PutCondition condition) {
    return condition instanceof PutCondition.Always;
  }

  /// Returns whether an object carries everything that was put with it.
  static boolean isSame(ObjectInfo found, ObjectContent content, Map<String, String> metadata) {
    String sha = content.sha256();
    return (sha == null || sha.equals(found.sha256()))
        && content.bytes().orElse(found.bytes()) == found.bytes()
        && found.metadata().entrySet().containsAll(metadata.entrySet());
  }
}
