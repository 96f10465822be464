// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// Whether a link can be used in part.
public enum PlanRule {
  /// All or nothing, as an LTX file is: a link beyond the target is of no use.
  INDIVISIBLE,
  /// It can be cut at any number, as a segment can.
  DIVISIBLE
}
