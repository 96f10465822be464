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
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A real store that fails at one call in eight: before it does anything, or after it did it.
///
/// @param store does it
/// @param random decides
record FaultyStore(ObjectStore store, Random random) implements ObjectStore {
  private static final int ONE_IN = 8;

  private void before(String verb, String subject) throws ObjectStoreException {
    if (random.nextInt(ONE_IN) == 0) {
      throw new ObjectStoreException(
          verb, subject, Kind.UNAVAILABLE, Effect.NOT_DONE, "it was made to fail", null);
    }
  }

  private void after(String verb, String subject) throws ObjectStoreException {
    if (random.nextInt(ONE_IN) == 0) {
      throw new ObjectStoreException(
          verb, subject, Kind.UNAVAILABLE, Effect.UNKNOWN, "its reply was lost", null);
    }
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    before("put", key.text());
    return new Staged(key, store.stage(key, content, metadata));
  }

  private final class Staged implements StagedPut {
    private final ObjectKey key;
    private final StagedPut put;

    Staged(ObjectKey key, StagedPut put) {
      this.key = key;
      this.put = put;
    }

    @Override
    public ObjectInfo publish(PutCondition condition) throws ObjectStoreException {
      before("put", key.text());
      ObjectInfo info = put.publish(condition);
      after("put", key.text());
      return info;
    }

    @Override
    public void close() {
      put.close();
    }
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    before("head", key.text());
    return store.head(key);
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    before("get", key.text());
    return store.get(key, position, length, version);
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    before("list", prefix);
    return store.list(prefix, after, limit);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    before("delete", "many");
    store.delete(keys);
    after("delete", "many");
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    before("delete", key.text());
    store.deleteIfMatch(key, version);
    after("delete", key.text());
  }

  @Override
  public void close() {
    store.close();
  }
}
