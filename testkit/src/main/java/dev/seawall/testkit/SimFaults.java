// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Counts operations and says which of them a plan, or a test, wants to go wrong.
final class SimFaults {
  private record Planted(Verb verb, Predicate<Path> where) {}

  private final List<Fault> pending;
  private final List<Planted> planted = new ArrayList<>();
  private final List<Fault> fired = new ArrayList<>();
  private final Map<Verb, Long> counts = new EnumMap<>(Verb.class);
  private long operations;
  private long allocations;
  private long writes;

  SimFaults(FaultPlan plan) {
    pending = new ArrayList<>(plan.faults());
  }

  void add(Fault fault) {
    pending.add(fault);
  }

  void plant(Verb verb, Predicate<Path> where) {
    planted.add(new Planted(verb, where));
  }

  long operations() {
    return operations;
  }

  long allocations() {
    return allocations;
  }

  long count(Verb verb) {
    return counts.getOrDefault(verb, 0L);
  }

  List<Fault> fired() {
    return fired;
  }

  /// Counts one operation and returns the crash or the rot that is due at it.
  @Nullable Fault countOperation() {
    operations++;
    for (int i = 0; i < pending.size(); i++) {
      Fault fault = pending.get(i);
      boolean due =
          switch (fault) {
            case Fault.Crash crash -> crash.operation() <= operations;
            case Fault.FlippedBit flip -> flip.operation() <= operations;
            default -> false;
          };
      if (due) {
        pending.remove(i);
        fired.add(fault);
        return fault;
      }
    }
    return null;
  }

  /// Counts one operation of a verb and returns what goes wrong with it.
  @Nullable Fault count(Verb verb, Path path) {
    long count = counts.merge(verb, 1L, Long::sum);
    boolean write = verb == Verb.WRITE || verb == Verb.DURABLE_WRITE;
    if (write) {
      writes++;
    }
    if (!planted.isEmpty()) {
      Iterator<Planted> each = planted.iterator();
      while (each.hasNext()) {
        Planted next = each.next();
        if (next.verb == verb && next.where.test(path)) {
          each.remove();
          return new Fault.Failure(verb, count);
        }
      }
    }
    for (int i = 0; i < pending.size(); i++) {
      Fault fault = pending.get(i);
      boolean due =
          switch (fault) {
            case Fault.Failure failure -> failure.verb() == verb && failure.nth() == count;
            case Fault.LyingSync lie -> verb == Verb.SYNC && lie.nth() == count;
            case Fault.LostWrite lost -> write && lost.nth() == writes;
            case Fault.MisdirectedWrite misdirected -> write && misdirected.nth() == writes;
            case Fault.Crash _, Fault.DiskFull _, Fault.FlippedBit _ -> false;
          };
      if (due) {
        pending.remove(i);
        fired.add(fault);
        return fault;
      }
    }
    return null;
  }

  /// Counts one operation that needs new blocks and returns whether the disk is full for it.
  boolean countAllocation() {
    allocations++;
    for (int i = 0; i < pending.size(); i++) {
      if (pending.get(i) instanceof Fault.DiskFull full && full.nth() == allocations) {
        fired.add(pending.remove(i));
        return true;
      }
    }
    return false;
  }
}
