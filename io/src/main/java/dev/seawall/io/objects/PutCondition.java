// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

/// When a put takes place; decided by the store, atomically. Immutable.
public sealed interface PutCondition {

  /// Always; what stood there is replaced.
  record Always() implements PutCondition {}

  /// Only when nothing stands under the key.
  record IfAbsent() implements PutCondition {}

  /// Only when this version stands under the key.
  ///
  /// @param version from [ObjectInfo#version]
  record IfMatch(String version) implements PutCondition {}

  /// Returns [Always].
  static PutCondition always() {
    return new Always();
  }

  /// Returns [IfAbsent].
  static PutCondition ifAbsent() {
    return new IfAbsent();
  }

  /// Returns [IfMatch].
  static PutCondition ifMatch(String version) {
    return new IfMatch(version);
  }
}
