// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// The simulated process is dead: thrown by every door of an incarnation that has ended.
///
/// It is an [Error], so that code which handles [Exception] does not take its own death for a
/// failure that it can survive. It has no stack trace: a simulation throws many of them. Whoever
/// drives the simulation catches it and asks [SimMachine#machine()] for the next incarnation.
public final class SimCrash extends Error {
  private static final long serialVersionUID = 1L;

  private final Death death;

  SimCrash(Death death) {
    super("the simulated process died: " + death, null, true, false);
    this.death = death;
  }

  /// Returns how it died.
  public Death death() {
    return death;
  }
}
