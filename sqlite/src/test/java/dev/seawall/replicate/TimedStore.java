// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.StagedPut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory store whose listings tell the files' times, as those of S3 do.
record TimedStore(ObjectStore store, Path root) implements ObjectStore {
  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    return store.list(prefix, after, limit).stream().map(this::timed).toList();
  }

  private ObjectInfo timed(ObjectInfo object) {
    try {
      return new ObjectInfo(
          object.key(),
          object.bytes(),
          object.version(),
          Files.getLastModifiedTime(root.resolve(object.key().text())).toInstant(),
          object.metadata());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    return store.stage(key, content, metadata);
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    return store.head(key);
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    return store.get(key, position, length, version);
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    store.delete(keys);
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    store.deleteIfMatch(key, version);
  }

  @Override
  public void close() {
    store.close();
  }
}
