// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The door to an object store. Thread-safe; every call blocks until the store answered or failed.
///
/// No call is tried again in here: who calls decides, by [ObjectStoreException#kind]. What each
/// call promises is in the package documentation.
public interface ObjectStore extends AutoCloseable {
  /// The most keys of one [#list].
  int MAX_LISTED = 1000;

  /// Returns where the objects are, for people: `s3://bucket/prefix`, `file:///dir`.
  String describe();

  /// Stores an object: [#stage], then [StagedPut#publish].
  ///
  /// @param metadata see [ObjectMetadata#normalised]; the SHA-256 is added
  /// @throws ObjectStoreException when it failed, or when the condition does not hold
  default ObjectInfo put(
      ObjectKey key, ObjectContent content, Map<String, String> metadata, PutCondition condition)
      throws ObjectStoreException {
    try (StagedPut staged = stage(key, content, metadata)) {
      return staged.publish(condition);
    }
  }

  /// Prepares an object without making it visible: everything that takes long and can run beside
  /// other calls. What it brings to the store depends on the store; large content at least.
  ///
  /// @throws ObjectStoreException when it failed; always *not done*
  StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException;

  /// Returns what stands under a key, metadata included; null when nothing does.
  @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException;

  /// Opens `length` bytes from `position`, less where the object ends; all of one version.
  ///
  /// @param version the version to read, from an earlier reply; null for whatever stands there
  /// @throws ObjectStoreException of kind NOT_FOUND when nothing stands there, PRECONDITION_FAILED
  ///   when another version does
  /// @throws IllegalArgumentException when `position` or `length` is negative
  ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException;

  /// Opens a whole object.
  ///
  /// @throws ObjectStoreException of kind NOT_FOUND when nothing stands there
  default ObjectBody get(ObjectKey key) throws ObjectStoreException {
    return get(key, 0, Long.MAX_VALUE, null);
  }

  /// Returns the first `limit` objects whose keys begin with `prefix` and come after `after`, in
  /// the order of keys; fewer only when there are no more.
  ///
  /// @param prefix any text, also none; not only whole segments
  /// @param after a place in the order, exclusive, need not be a key; null from the beginning
  /// @param limit 1 to [#MAX_LISTED]
  List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException;

  /// Removes objects; a missing one is no error. Any number; sent in batches.
  ///
  /// @throws ObjectStoreException when some could not be removed; the message names the first
  void delete(Collection<ObjectKey> keys) throws ObjectStoreException;

  /// Removes one version of an object.
  ///
  /// @throws ObjectStoreException of kind PRECONDITION_FAILED when another version stands there,
  ///   NOT_FOUND when nothing does
  void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException;

  /// Releases connections; calls under way fail. Idempotent.
  @Override
  void close();
}
