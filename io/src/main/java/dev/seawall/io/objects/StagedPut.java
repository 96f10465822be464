// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

/// A put that is prepared and not visible yet. Used by one thread at a time.
///
/// Staging may run beside other stagings; publishing decides order. One that is closed without
/// [#publish] leaves nothing behind, except after a crash: what S3 keeps of a half-done upload then
/// is for the bucket's lifecycle rule.
public interface StagedPut extends AutoCloseable {

  /// Makes the object visible and durable.
  ///
  /// After a failure that says *not done* it may be called again if the content is repeatable;
  /// after one that says *unknown*, look first.
  ///
  /// @throws ObjectStoreException with [ObjectStoreException.Kind#PRECONDITION_FAILED] when the
  ///   condition does not hold; any other kind when the store failed
  /// @throws IllegalStateException after it succeeded or was closed
  ObjectInfo publish(PutCondition condition) throws ObjectStoreException;

  /// Gives up what was not published. Idempotent.
  @Override
  void close();
}
