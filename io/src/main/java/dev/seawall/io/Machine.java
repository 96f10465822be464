// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.util.Set;
import java.util.random.RandomGenerator;

/// All the doors to the world in one value: the real machine, or a simulated one. Thread-safe if
/// its parts are.
public final class Machine {
  private final FileSystem files;
  private final Scheduler scheduler;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Set<Switch> switches;

  /// Puts together a machine; users get a real one from [SystemMachine].
  public Machine(FileSystem files, Scheduler scheduler, TimeSource time, RandomGenerator random) {
    this(files, scheduler, time, random, Set.of());
  }

  /// Puts together a machine whose operator switched something off.
  public Machine(
      FileSystem files,
      Scheduler scheduler,
      TimeSource time,
      RandomGenerator random,
      Set<Switch> switches) {
    this.files = files;
    this.scheduler = scheduler;
    this.time = time;
    this.random = random;
    this.switches = Set.copyOf(switches);
  }

  /// Returns the door to disks.
  public FileSystem files() {
    return files;
  }

  /// Returns the door to threads.
  public Scheduler scheduler() {
    return scheduler;
  }

  /// Returns the door to clocks.
  public TimeSource time() {
    return time;
  }

  /// Returns the source of randomness: salts, identifiers, jitter.
  public RandomGenerator random() {
    return random;
  }

  /// Returns what the operator switched off.
  public Set<Switch> switches() {
    return switches;
  }
}
