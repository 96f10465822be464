// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.io.IoQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// Completes what was submitted in an order drawn from the seed.
final class SimIoQueue implements IoQueue {
  private final SimDisk disk;
  private final Life life;
  private final SimOptions options;
  private final List<SimOperation> inFlight = new ArrayList<>();
  private boolean woken;
  private boolean closed;

  SimIoQueue(SimDisk disk, Life life, SimOptions options) {
    this.disk = disk;
    this.life = life;
    this.options = options;
  }

  void add(SimOperation operation) {
    if (closed) {
      throw new IllegalStateException("submit to a closed queue");
    }
    inFlight.add(operation);
  }

  /// Where only long writes go side by side, a caller sends shorter ones alone: on a real machine
  /// such a write ends inside `submit`, and keeps its caller from what is in flight.
  void checkDepth(long bytes) {
    int writes = 0;
    for (SimOperation operation : inFlight) {
      writes += operation.verb == Verb.SYNC ? 0 : 1;
    }
    disk.noteInFlight(writes + 1);
    if (writes > 0 && bytes < options.inFlightFrom()) {
      throw new AssertionError("a write of " + bytes + " bytes beside " + writes + " others");
    }
  }

  @Override
  public int poll() {
    life.check();
    if (inFlight.isEmpty()) {
      return 0;
    }
    return progress(false);
  }

  @Override
  public int await() {
    life.check();
    if (inFlight.isEmpty()) {
      return 0;
    }
    disk.passTime();
    boolean early = woken;
    woken = false;
    return progress(!early);
  }

  @Override
  public void wake() {
    woken = true;
  }

  /// Lets each operation, in random order, come further by coin; `atLeastOne` ends one for sure.
  private int progress(boolean atLeastOne) {
    RandomGenerator random = disk.random();
    int told = 0;
    int untouched = inFlight.size();
    while (untouched > 0) {
      int chosen = random.nextInt(untouched);
      untouched--;
      Collections.swap(inFlight, chosen, untouched);
      SimOperation operation = inFlight.get(untouched);
      boolean must = atLeastOne && told == 0 && untouched == 0;
      int coin = must ? 7 : random.nextInt(8);
      if (coin >= 4) {
        inFlight.remove(untouched);
        operation.tell();
        told++;
      } else if (coin >= 2) {
        operation.apply();
      } else if (coin == 1) {
        operation.take();
      }
    }
    return told;
  }

  /// Ends the operations of one file, which is being closed; a poll tells of them later.
  void settle(SimFile file) {
    for (SimOperation operation : inFlight) {
      if (operation.file == file) {
        operation.apply();
      }
    }
  }

  @Override
  public int depth(long bytes) {
    return bytes < options.inFlightFrom() ? 1 : options.depth();
  }

  @Override
  public int inFlight() {
    return inFlight.size();
  }

  @Override
  public boolean callerMayLead() {
    return options.callerMayLead();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!life.isOver()) {
      while (!inFlight.isEmpty()) {
        inFlight.removeLast().tell();
      }
    }
  }
}
