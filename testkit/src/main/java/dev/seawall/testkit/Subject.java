// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.io.IOException;
import java.util.List;

/// A log under test, as [CrashMatrix] drives it: an adapter of some thirty lines.
///
/// The log stores records (opaque bytes) under dense indexes; a batch of records goes in as a whole
/// or not at all; durability comes in prefixes: when a batch is durable, so is everything before
/// it. Confined to the simulation's thread.
public interface Subject {
  /// What is known about one append.
  enum Outcome {
    /// Accepted, not yet durable; it may get durable any time.
    PENDING,
    /// Acknowledged: it survives every death.
    DURABLE,
    /// Refused: it never appears.
    NOT_APPENDED,
    /// The log failed, or cannot tell: after reopening it is there or not, as a whole.
    UNKNOWN
  }

  /// The receipt of one append that was accepted.
  interface Receipt {
    /// Returns what is known now; never blocks.
    Outcome outcome();

    /// Returns the index of the batch's last record.
    long lastIndex();
  }

  /// Takes one record.
  @FunctionalInterface
  interface RecordSink {
    /// Takes the record; the array is the sink's.
    void record(long index, byte[] payload);
  }

  /// Opens the log on the machine's disk, recovering what is there, or makes a new one. What is
  /// readable when this returns is durable.
  ///
  /// It must do its work through `machine.machine()` alone; it may drive `machine.scheduler()`.
  ///
  /// @throws IOException when it cannot; whatever was opened or locked on the way is closed again
  Log open(SimMachine machine) throws IOException;

  /// Returns whether a failure reports damage: wrong or missing bytes that were durable once.
  boolean reportsDamage(IOException failure);

  /// Returns what a failed [Log#append] says about its batch: [Outcome#NOT_APPENDED] or
  /// [Outcome#UNKNOWN].
  Outcome outcomeOf(IOException failure);

  /// The log, open for writing.
  interface Log {
    /// Appends a batch. It may block, driving the machine's scheduler, or return at once. The
    /// arrays are the caller's again when it returns.
    ///
    /// @param durability one of the choices that [CrashMatrix#withDurabilities] promised, from 0;
    ///   what they mean is the subject's matter
    /// @throws IOException when the log refuses or fails; [Subject#outcomeOf] classifies it
    Receipt append(List<byte[]> batch, int durability) throws IOException;

    /// Blocks until everything accepted is durable.
    void sync() throws IOException;

    /// Returns the index up to which everything is durable; the end of a batch.
    long durableIndex();

    /// Hands over every visible record, in order, from the first one kept to the last durable one.
    void read(RecordSink sink) throws IOException;

    /// Returns whether a write or sync failed, so that nothing will ever be acknowledged before the
    /// log is reopened.
    boolean isFailed();

    /// Returns whether opening told of bytes or records that were dropped.
    boolean toldLoss();

    /// Closes the log. When it returns normally, everything accepted is durable; a failed log may
    /// throw.
    void close() throws IOException;

    /// Drops the records before `firstIndexKept`, some of them perhaps later. Not durable at once.
    ///
    /// @return false when the log cannot do this
    default boolean truncatePrefix(long firstIndexKept) throws IOException {
      return false;
    }

    /// Drops the records behind `lastIndexKept`, the end of a batch; durable when it returns.
    ///
    /// @return false when the log cannot do this
    default boolean truncateSuffix(long lastIndexKept) throws IOException {
      return false;
    }
  }
}
