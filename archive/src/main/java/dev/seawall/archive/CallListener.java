// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.io.IOException;

/// Is told how attempts at calls to the store end, on the threads that make them. What it throws
/// ends the call.
public interface CallListener {
  /// Listens to nothing.
  CallListener NONE = new CallListener() {};

  /// The store has answered.
  default void succeeded() {}

  /// An attempt failed; another one may follow.
  default void failed(IOException failure) {}
}
