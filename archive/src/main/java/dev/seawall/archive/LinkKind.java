// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// What one needs before a link can be applied.
public enum LinkKind {
  /// Nothing: it is a whole state. The first link of a chain is one.
  BASE,
  /// Everything before it.
  DELTA
}
