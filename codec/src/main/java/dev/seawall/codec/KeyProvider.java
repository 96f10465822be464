// SPDX-License-Identifier: Apache-2.0
package dev.seawall.codec;

import java.util.Optional;

/// Where keys come from: a [KeyRing], or a key service of the caller's. Thread-safe; must answer
/// quickly, the current key is asked for with every append.
public interface KeyProvider {
  /// Returns the key that new records are encrypted with. When it changes, the next record has the
  /// new one.
  EncryptionKey current();

  /// Returns the key of an id; empty when it is not known.
  Optional<EncryptionKey> byId(long id);
}
