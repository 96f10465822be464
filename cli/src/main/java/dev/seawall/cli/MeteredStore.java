// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.StagedPut;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Counts what is read from a store, for progress. The store stays the caller's to close.
final class MeteredStore implements ObjectStore {
  private final ObjectStore store;
  private final LongConsumer listener;
  private final AtomicLong bytes = new AtomicLong();

  /// @param listener is told the sum so far, from any thread
  MeteredStore(ObjectStore store, LongConsumer listener) {
    this.store = store;
    this.listener = listener;
  }

  /// Returns how many bytes were read.
  long bytes() {
    return bytes.get();
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
    ObjectBody body = store.get(key, position, length, version);
    return new ObjectBody(body.info(), body.position(), body.length(), new Counted(body));
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    return store.list(prefix, after, limit);
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
  public void close() {}

  private final class Counted extends InputStream {
    private final ObjectBody body;

    Counted(ObjectBody body) {
      this.body = body;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int read = body.stream().read(target, offset, count);
      if (read > 0) {
        listener.accept(bytes.addAndGet(read));
      }
      return read;
    }

    @Override
    public void close() {
      body.close();
    }
  }
}
