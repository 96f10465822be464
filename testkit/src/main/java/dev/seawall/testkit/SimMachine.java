// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.Machine;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A whole machine in one thread, drawn from one seed: disk, clocks, workers, randomness. Confined
/// to the thread that made it.
///
/// [#machine] is what the code under test gets. After a death – by [#killProcess], by [#losePower]
/// or by a crash of the fault plan – the doors of that incarnation throw [SimCrash] (closing them
/// does nothing), and the next call of [#machine] boots another one over the same disk.
public final class SimMachine {
  private final Seed seed;
  private final SimOptions options;
  private final SimTime time;
  private final SimDisk disk;
  private final RandomGenerator boots;
  private @Nullable Incarnation current;
  private int incarnations;

  private record Incarnation(
      Life life, SimFileSystem files, SimScheduler scheduler, Machine machine) {}

  /// Makes a machine with [SimOptions#defaults].
  public SimMachine(Seed seed) {
    this(seed, SimOptions.defaults());
  }

  /// Makes a machine; its fault plan is noted in the seed.
  public SimMachine(Seed seed, SimOptions options) {
    this.seed = seed;
    this.options = options;
    this.boots = seed.random("boots");
    this.time = new SimTime(boots);
    this.disk = new SimDisk(seed, options, time);
    if (!options.faults().faults().isEmpty()) {
      seed.note("faults: " + options.faults());
    }
  }

  /// Returns the doors of the running incarnation; boots one when none runs.
  public Machine machine() {
    return incarnation().machine;
  }

  /// Returns the file system of the running incarnation; boots one when none runs.
  public SimFileSystem files() {
    return incarnation().files;
  }

  /// Returns the scheduler of the running incarnation; boots one when none runs.
  public SimScheduler scheduler() {
    return incarnation().scheduler;
  }

  /// Returns the disk, which outlives incarnations.
  public SimDisk disk() {
    return disk;
  }

  /// Returns the clocks, which outlive incarnations.
  public SimTime time() {
    return time;
  }

  /// Returns the seed.
  public Seed seed() {
    return seed;
  }

  /// Returns how many incarnations have been booted.
  public int incarnations() {
    return incarnations;
  }

  /// Ends the running incarnation; the cache survives. Operations in flight happened, in part, or
  /// not.
  public void killProcess() {
    die(Death.KILL);
  }

  /// Ends the running incarnation and the cache; what no sync covered survives by coin. Also when
  /// no incarnation runs.
  public void losePower() {
    die(Death.POWER);
  }

  /// Ends the running incarnation by the given death.
  public void die(Death death) {
    disk.die(death);
  }

  private Incarnation incarnation() {
    Incarnation running = current;
    if (running != null && !running.life.isOver()) {
      return running;
    }
    if (incarnations > 0) {
      time.restart(boots);
    }
    incarnations++;
    Life life = disk.life();
    RandomGenerator streams = seed.random("incarnation " + incarnations);
    SimFileSystem files = new SimFileSystem(disk, life, options);
    SimScheduler scheduler =
        new SimScheduler(
            life, time, seed.random("steps " + incarnations), options.stepLimit(), seed.replay());
    Incarnation booted =
        new Incarnation(life, files, scheduler, new Machine(files, scheduler, time, streams));
    current = booted;
    return booted;
  }
}
