// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The object store did not do what was asked, or nobody knows whether it did.
///
/// What to do about it is in [#kind] and [#effect], never in the text. The message says what was
/// being done, to which key, what happened, and what the operator can do.
public final class ObjectStoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Why.
  public enum Kind {
    /// The condition of a put or delete did not hold. Never tried again.
    PRECONDITION_FAILED,
    /// The object does not exist. Never tried again.
    NOT_FOUND,
    /// The bucket or root directory does not exist. Never tried again.
    STORE_NOT_FOUND,
    /// No or wrong credentials, or a right is missing (401, 403). Trying again soon does not help.
    DENIED,
    /// The store refuses the request as such (400 and the like), or the content could not be read.
    INVALID,
    /// The store asks for fewer requests (429, 503 `SlowDown`). Tried again later.
    THROTTLED,
    /// The store failed, or cannot be reached, or did not answer in time. Tried again.
    UNAVAILABLE,
    /// The disk behind the store is full, or a quota is used up. Tried again later.
    FULL,
    /// Bytes and checksum do not agree. Tried again a few times, since the road may be at fault.
    DAMAGED,
    /// This store was closed by its owner.
    CLOSED
  }

  /// Whether the call happened.
  public enum Effect {
    /// It did not, and will not.
    NOT_DONE,
    /// It may have happened, or may still happen: look.
    UNKNOWN
  }

  private final String operation;
  private final String subject;
  private final Kind kind;
  private final Effect effect;

  /// Makes one.
  ///
  /// @param operation the verb that failed, for example `put`
  /// @param subject the key, prefix or store concerned
  /// @param kind why
  /// @param effect whether it happened
  /// @param detail what was expected and found, and the next step
  /// @param cause what a library said
  public ObjectStoreException(
      String operation,
      String subject,
      Kind kind,
      Effect effect,
      String detail,
      @Nullable Throwable cause) {
    super(
        operation
            + " "
            + subject
            + ": "
            + detail
            + (effect == Effect.UNKNOWN ? " (whether it happened is unknown)" : ""),
        cause);
    this.operation = operation;
    this.subject = subject;
    this.kind = kind;
    this.effect = effect;
  }

  /// Returns the verb that failed.
  public String operation() {
    return operation;
  }

  /// Returns the key, prefix or store concerned.
  public String subject() {
    return subject;
  }

  /// Returns why.
  public Kind kind() {
    return kind;
  }

  /// Returns whether it happened.
  public Effect effect() {
    return effect;
  }

  /// Returns whether the same call may succeed later without anybody changing anything.
  public boolean isTransient() {
    return switch (kind) {
      case THROTTLED, UNAVAILABLE, FULL, DAMAGED -> true;
      case PRECONDITION_FAILED, NOT_FOUND, STORE_NOT_FOUND, DENIED, INVALID, CLOSED -> false;
    };
  }
}
