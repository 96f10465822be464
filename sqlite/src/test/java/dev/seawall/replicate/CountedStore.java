// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.StagedPut;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Counts the calls to a store, and can make the content of puts slow.
final class CountedStore implements ObjectStore {
  final AtomicLong calls = new AtomicLong();
  volatile Runnable beforeStage = () -> {};
  volatile Consumer<ObjectKey> beforeGet = key -> {};
  volatile boolean unreachable;
  private final ObjectStore store;

  CountedStore(ObjectStore store) {
    this.store = store;
  }

  private ObjectStore counted() throws ObjectStoreException {
    calls.incrementAndGet();
    if (unreachable) {
      throw new ObjectStoreException(
          "call", "store", Kind.UNAVAILABLE, Effect.NOT_DONE, "it was made unreachable", null);
    }
    return store;
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    if (key.text().contains("/9/")) {
      beforeStage.run();
    }
    return counted().stage(key, content, metadata);
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    return counted().head(key);
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    beforeGet.accept(key);
    return counted().get(key, position, length, version);
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    return counted().list(prefix, after, limit);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    counted().delete(keys);
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    counted().deleteIfMatch(key, version);
  }

  @Override
  public void close() {
    store.close();
  }
}
