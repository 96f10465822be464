// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

/// Keeps this exported package non-empty for `javac`; delete it with the first real type.
final class Skeleton {
  private Skeleton() {}
}
