// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// How a simulated machine is built. Immutable.
public final class SimOptions {
  private static final SimOptions DEFAULTS =
      new SimOptions(FaultPlan.none(), 4, 0, true, Long.MAX_VALUE, false, 200_000L, 1_000_000L);

  private final FaultPlan faults;
  private final int depth;
  private final long inFlightFrom;
  private final boolean callerMayLead;
  private final long capacityBytes;
  private final boolean copyOnWrite;
  private final long maxLatencyNanos;
  private final long stepLimit;

  private SimOptions(
      FaultPlan faults,
      int depth,
      long inFlightFrom,
      boolean callerMayLead,
      long capacityBytes,
      boolean copyOnWrite,
      long maxLatencyNanos,
      long stepLimit) {
    this.faults = faults;
    this.depth = depth;
    this.inFlightFrom = inFlightFrom;
    this.callerMayLead = callerMayLead;
    this.capacityBytes = capacityBytes;
    this.copyOnWrite = copyOnWrite;
    this.maxLatencyNanos = maxLatencyNanos;
    this.stepLimit = stepLimit;
  }

  /// No faults, depth 4 for writes of any length, callers may lead, an endless disk, up to 0.2 ms a
  /// device trip, a million steps an incarnation.
  public static SimOptions defaults() {
    return DEFAULTS;
  }

  /// Returns options that differ in what goes wrong.
  public SimOptions withFaults(FaultPlan plan) {
    return new SimOptions(
        plan,
        depth,
        inFlightFrom,
        callerMayLead,
        capacityBytes,
        copyOnWrite,
        maxLatencyNanos,
        stepLimit);
  }

  /// Returns options that differ in the depth of queues, 1 to 8.
  public SimOptions withDepth(int operations) {
    if (operations < 1 || operations > 8) {
      throw new IllegalArgumentException("depth " + operations + ", expected 1 to 8");
    }
    return new SimOptions(
        faults,
        operations,
        inFlightFrom,
        callerMayLead,
        capacityBytes,
        copyOnWrite,
        maxLatencyNanos,
        stepLimit);
  }

  /// Returns options that differ in the length of writes, in bytes, from which several are in
  /// flight; shorter ones go one by one.
  public SimOptions withInFlightFrom(long bytes) {
    return new SimOptions(
        faults,
        depth,
        bytes,
        callerMayLead,
        capacityBytes,
        copyOnWrite,
        maxLatencyNanos,
        stepLimit);
  }

  /// Returns options that differ in what [dev.seawall.io.IoQueue#callerMayLead] answers.
  public SimOptions withCallerMayLead(boolean mayLead) {
    return new SimOptions(
        faults,
        depth,
        inFlightFrom,
        mayLead,
        capacityBytes,
        copyOnWrite,
        maxLatencyNanos,
        stepLimit);
  }

  /// Returns options that differ in the size of the disk, counted in blocks that files occupy.
  public SimOptions withCapacityBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("capacity of " + bytes + " bytes");
    }
    return new SimOptions(
        faults, depth, inFlightFrom, callerMayLead, bytes, copyOnWrite, maxLatencyNanos, stepLimit);
  }

  /// Returns options that differ in whether writing an existing block needs a free one, as on
  /// btrfs, ZFS and thin volumes.
  public SimOptions withCopyOnWrite(boolean enabled) {
    return new SimOptions(
        faults,
        depth,
        inFlightFrom,
        callerMayLead,
        capacityBytes,
        enabled,
        maxLatencyNanos,
        stepLimit);
  }

  /// Returns options that differ in the longest simulated time of one device trip, in nanoseconds;
  /// 0 makes the device take no time.
  public SimOptions withMaxLatencyNanos(long nanos) {
    if (nanos < 0) {
      throw new IllegalArgumentException("latency of " + nanos + " ns");
    }
    return new SimOptions(
        faults, depth, inFlightFrom, callerMayLead, capacityBytes, copyOnWrite, nanos, stepLimit);
  }

  /// Returns options that differ in how many worker steps one incarnation may take.
  public SimOptions withStepLimit(long steps) {
    return new SimOptions(
        faults,
        depth,
        inFlightFrom,
        callerMayLead,
        capacityBytes,
        copyOnWrite,
        maxLatencyNanos,
        steps);
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
