// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// How an incarnation of a simulated machine ends.
public enum Death {
  /// The process dies: the cache survives, open files and locks do not.
  KILL,
  /// The power is lost: the cache dies too, and what no sync covered survives by coin.
  POWER
}
