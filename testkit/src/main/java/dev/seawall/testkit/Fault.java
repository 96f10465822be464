// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

/// One thing that goes wrong, once, at a place that a counter names. A value with a text form.
///
/// Counters start at 1 and run over all incarnations of a machine. *Honest* faults are those that a
/// correct log survives with everything it acknowledged; under *dishonest* ones the device lies,
/// and a correct log returns nothing wrong and reports the loss.
///
/// | fault | text | honest |
/// |---|---|---|
/// | [Crash] | `crash@120:power`, `crash@120:kill` | yes |
/// | [Failure] | `fail-sync@3`, `fail-write@7`, … one per [Verb] | yes |
/// | [DiskFull] | `disk-full@8` | yes |
/// | [LyingSync] | `lying-sync@2` | no |
/// | [LostWrite] | `lost-write@9` | no |
/// | [MisdirectedWrite] | `misdirected-write@9:-3` | no |
/// | [FlippedBit] | `flipped-bit@50` | no |
public sealed interface Fault {

  /// Returns whether a correct log survives it without loss.
  boolean isHonest();

  /// Returns the text form, which [FaultPlan#parse] reads.
  String text();

  /// The incarnation dies at the `operation`-th operation of the disk, of any verb: before it,
  /// after it, or in the middle of it.
  record Crash(long operation, Death death) implements Fault {
    public Crash {
      FaultPlan.checkCount(operation);
    }

    @Override
    public boolean isHonest() {
      return true;
    }

    @Override
    public String text() {
      return "crash@" + operation + ":" + (death == Death.POWER ? "power" : "kill");
    }
  }

  /// The `nth` operation of one verb fails with an input/output error; what it wrote is old or new
  /// in each sector.
  record Failure(Verb verb, long nth) implements Fault {
    public Failure {
      FaultPlan.checkCount(nth);
    }

    @Override
    public boolean isHonest() {
      return true;
    }

    @Override
    public String text() {
      return "fail-" + verb.text() + "@" + nth;
    }
  }

  /// The `nth` operation that needs new blocks finds the disk full: a creation, or a write into a
  /// hole or behind the end.
  record DiskFull(long nth) implements Fault {
    public DiskFull {
      FaultPlan.checkCount(nth);
    }

    @Override
    public boolean isHonest() {
      return true;
    }

    @Override
    public String text() {
      return "disk-full@" + nth;
    }
  }

  /// The `nth` sync of a file reports success and makes nothing durable.
  record LyingSync(long nth) implements Fault {
    public LyingSync {
      FaultPlan.checkCount(nth);
    }

    @Override
    public boolean isHonest() {
      return false;
    }

    @Override
    public String text() {
      return "lying-sync@" + nth;
    }
  }

  /// The `nth` write, durable ones included, reports success and changes no byte.
  record LostWrite(long nth) implements Fault {
    public LostWrite {
      FaultPlan.checkCount(nth);
    }

    @Override
    public boolean isHonest() {
      return false;
    }

    @Override
    public String text() {
      return "lost-write@" + nth;
    }
  }

  /// The `nth` write, durable ones included, reports success and lands `blocks` blocks away, in the
  /// same file, if there is room.
  record MisdirectedWrite(long nth, int blocks) implements Fault {
    public MisdirectedWrite {
      FaultPlan.checkCount(nth);
    }

    @Override
    public boolean isHonest() {
      return false;
    }

    @Override
    public String text() {
      return "misdirected-write@" + nth + ":" + blocks;
    }
  }

  /// At the `operation`-th operation of the disk one bit of one file, both drawn from the seed, is
  /// found changed on the medium.
  record FlippedBit(long operation) implements Fault {
    public FlippedBit {
      FaultPlan.checkCount(operation);
    }

    @Override
    public boolean isHonest() {
      return false;
    }

    @Override
    public String text() {
      return "flipped-bit@" + operation;
    }
  }
}
