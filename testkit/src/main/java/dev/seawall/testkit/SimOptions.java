// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// How a simulated machine is built. Immutable.
public final class SimOptions {
  private static final SimOptions DEFAULTS = new SimOptions();

  // Written by a `with…` before anybody else sees the copy.
  private FaultPlan faults = FaultPlan.none();
  private int depth = 4;
  private long inFlightFrom;
  private boolean callerMayLead = true;
  private long capacityBytes = Long.MAX_VALUE;
  private boolean copyOnWrite;
  private long maxLatencyNanos = 200_000L;
  private long stepLimit = 1_000_000L;

  private SimOptions() {}

  private SimOptions(SimOptions other) {
    faults = other.faults;
    depth = other.depth;
    inFlightFrom = other.inFlightFrom;
    callerMayLead = other.callerMayLead;
    capacityBytes = other.capacityBytes;
    copyOnWrite = other.copyOnWrite;
    maxLatencyNanos = other.maxLatencyNanos;
    stepLimit = other.stepLimit;
  }

  /// No faults, depth 4 for writes of any length, callers may lead, an endless disk, up to 0.2 ms a
  /// device trip, a million steps an incarnation.
  public static SimOptions defaults() {
    return DEFAULTS;
  }

  /// Returns options that differ in what goes wrong.
  public SimOptions withFaults(FaultPlan plan) {
    SimOptions copy = new SimOptions(this);
    copy.faults = plan;
    return copy;
  }

  /// Returns options that differ in the depth of queues, 1 to 8.
  public SimOptions withDepth(int operations) {
    if (operations < 1 || operations > 8) {
      throw new IllegalArgumentException("depth " + operations + ", expected 1 to 8");
    }
    SimOptions copy = new SimOptions(this);
    copy.depth = operations;
    return copy;
  }

  /// Returns options that differ in the length of writes, in bytes, from which several are in
  /// flight; shorter ones go one by one.
  public SimOptions withInFlightFrom(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("in flight from " + bytes + " bytes");
    }
    SimOptions copy = new SimOptions(this);
    copy.inFlightFrom = bytes;
    return copy;
  }

  /// Returns options that differ in what [dev.seawall.io.IoQueue#callerMayLead] answers.
  public SimOptions withCallerMayLead(boolean mayLead) {
    SimOptions copy = new SimOptions(this);
    copy.callerMayLead = mayLead;
    return copy;
  }

  /// Returns options that differ in the size of the disk, counted in blocks that files occupy.
  public SimOptions withCapacityBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("capacity of " + bytes + " bytes");
    }
    SimOptions copy = new SimOptions(this);
    copy.capacityBytes = bytes;
    return copy;
  }

  /// Returns options that differ in whether writing an existing block needs a free one, as on
  /// btrfs, ZFS and thin volumes.
  public SimOptions withCopyOnWrite(boolean enabled) {
    SimOptions copy = new SimOptions(this);
    copy.copyOnWrite = enabled;
    return copy;
  }

  /// Returns options that differ in the longest simulated time of one device trip, in nanoseconds;
  /// 0 makes the device take no time.
  public SimOptions withMaxLatencyNanos(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("latency of " + nanos + " ns");
    }
    SimOptions copy = new SimOptions(this);
    copy.maxLatencyNanos = nanos;
    return copy;
  }

  /// Returns options that differ in how many worker steps one incarnation may take.
  public SimOptions withStepLimit(long steps) {
    SimOptions copy = new SimOptions(this);
    copy.stepLimit = steps;
    return copy;
  }

  /// Returns what goes wrong.
  public FaultPlan faults() {
    return faults;
  }

  int depth() {
    return depth;
  }

  long inFlightFrom() {
    return inFlightFrom;
  }

  boolean callerMayLead() {
    return callerMayLead;
  }

  long capacityBytes() {
    return capacityBytes;
  }

  boolean copyOnWrite() {
    return copyOnWrite;
  }

  long maxLatencyNanos() {
    return maxLatencyNanos;
  }

  long stepLimit() {
    return stepLimit;
  }
}
