// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import java.util.Map;

/// A staged put, of either size: what both have in common.
abstract sealed class S3Put implements StagedPut permits S3SinglePut, S3MultipartPut {
  final S3ObjectStore store;
  final ObjectKey key;
  final Map<String, String> metadata;
  private boolean over;

  S3Put(S3ObjectStore store, ObjectKey key, Map<String, String> metadata) {
    this.store = store;
    this.key = key;
    this.metadata = metadata;
  }

  @Override
  public final ObjectInfo publish(PutCondition condition) throws ObjectStoreException {
    if (over) {
      throw new IllegalStateException("the put of " + key + " is over");
    }
    store.requireOpen("put", key.text());
    ObjectInfo stored;
    try {
      stored = send(condition);
    } catch (ObjectStoreException e) {
      boolean missing = condition instanceof PutCondition.IfMatch && e.kind() == Kind.NOT_FOUND;
      if (missing) {
        throw new ObjectStoreException(
            "put",
            key.text(),
            Kind.PRECONDITION_FAILED,
            Effect.NOT_DONE,
            "nothing stands there",
            e);
      }
      throw e;
    }
    over = true;
    return stored;
  }

  @Override
  public final void close() {
    if (!over) {
      over = true;
      abandon();
    }
  }

  abstract ObjectInfo send(PutCondition condition) throws ObjectStoreException;

  abstract void abandon();
}
