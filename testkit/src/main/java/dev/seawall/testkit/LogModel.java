// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import dev.seawall.testkit.Subject.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/// What a log may contain, given what it said: the oracle of [CrashMatrix].
///
/// *Settled* records are those that the last opening returned, so they are durable. Behind them
/// stand the batches handed in since, in order, each required (acknowledged), possible (pending,
/// unknown) or impossible (refused).
final class LogModel {
  /// A batch handed in since the last opening.
  static final class Batch {
    private final List<byte[]> records;
    private Outcome outcome = Outcome.PENDING;

    Batch(List<byte[]> records) {
      this.records = records;
    }

    Outcome outcome() {
      return outcome;
    }
  }

  /// What one reading returned.
  static final class Records implements Subject.RecordSink {
    private final List<byte[]> payloads = new ArrayList<>();
    private long first = 1;
    private boolean dense = true;

    @Override
    public void record(long index, byte[] payload) {
      if (payloads.isEmpty()) {
        first = index;
      }
      dense &= index == first + payloads.size();
      payloads.add(payload);
    }

    long last() {
      return first + payloads.size() - 1;
    }

    boolean isEmpty() {
      return payloads.isEmpty();
    }
  }

  /// Something a correct log does not do.
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
      super(message);
    }

    Violation(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final List<byte[]> settled = new ArrayList<>();
  private final List<Long> settledEnds = new ArrayList<>();
  private final List<Batch> open = new ArrayList<>();
  private long settledFirst = 1;
  private long highestFirst = 1;
  private OptionalLong maybeCutAt = OptionalLong.empty();
  private long lastDurable;

  /// A batch is about to be handed in.
  Batch append(List<byte[]> records) {
    Batch batch = new Batch(records);
    open.add(batch);
    return batch;
  }

  /// The log said something about a batch.
  void learn(Batch batch, Outcome outcome) {
    if (batch.outcome == Outcome.DURABLE && outcome != Outcome.DURABLE) {
      throw new Violation("a batch was acknowledged, and then called " + outcome + " (I-1)");
    }
    batch.outcome = outcome;
  }

  /// The index of a batch's last record, unless an unknown outcome before it makes that uncertain.
  OptionalLong lastIndex(Batch batch) {
    long last = settledFirst + settled.size() - 1;
    for (Batch each : open) {
      if (each.outcome == Outcome.UNKNOWN) {
        return OptionalLong.empty();
      }
      if (each.outcome != Outcome.NOT_APPENDED) {
        last += each.records.size();
      }
      if (each == batch) {
        return OptionalLong.of(last);
      }
    }
    return OptionalLong.empty();
  }

  /// Everything accepted is durable, said the log.
  void syncReturned() {
    for (Batch batch : open) {
      if (batch.outcome == Outcome.PENDING) {
        batch.outcome = Outcome.DURABLE;
      }
    }
  }

  /// The log published its durable index.
  void durable(long index) {
    if (index < lastDurable) {
      throw new Violation("the durable index went back from " + lastDurable + " to " + index);
    }
    lastDurable = index;
    long end = settledFirst + settled.size() - 1;
    if (index <= end) {
      return;
    }
    for (Batch batch : open) {
      if (batch.outcome == Outcome.UNKNOWN) {
        return;
      }
      if (batch.outcome == Outcome.NOT_APPENDED) {
        continue;
      }
      end += batch.records.size();
      if (end <= index) {
        batch.outcome = Outcome.DURABLE;
      }
      if (end == index) {
        return;
      }
      if (end > index) {
        throw new Violation(
            "the durable index " + index + " stands inside the batch that ends at " + end);
      }
    }
    throw new Violation(
        "the durable index is " + index + ", but only " + end + " records were accepted");
  }

  /// The ends of the batches that could be kept by a suffix truncation; empty when an outcome is
  /// uncertain.
  List<Long> batchEnds() {
    List<Long> ends = new ArrayList<>(settledEnds);
    long end = settledFirst + settled.size() - 1;
    for (Batch batch : open) {
      if (batch.outcome == Outcome.UNKNOWN) {
        return List.of();
      }
      if (batch.outcome != Outcome.NOT_APPENDED) {
        end += batch.records.size();
        ends.add(end);
      }
    }
    return ends;
  }

  long settledFirst() {
    return settledFirst;
  }

  long settledLast() {
    return settledFirst + settled.size() - 1;
  }

  long highestFirst() {
    return highestFirst;
  }

  void prefixTruncationBegins(long firstKept) {
    highestFirst = Math.max(highestFirst, firstKept);
  }

  void suffixTruncationBegins(long lastKept) {
    maybeCutAt = OptionalLong.of(lastKept);
  }

  void suffixTruncationRefused() {
    maybeCutAt = OptionalLong.empty();
  }

  void suffixTruncationEnded() {
    cut(maybeCutAt.orElseThrow());
    maybeCutAt = OptionalLong.empty();
  }

  private void cut(long lastKept) {
    long end = settledFirst + settled.size() - 1;
    if (lastKept < end) {
      settled
          .subList(Math.toIntExact(Math.max(0, lastKept - settledFirst + 1)), settled.size())
          .clear();
      settledEnds.removeIf(each -> each > lastKept);
      open.clear();
    } else {
      for (int i = 0; i < open.size(); i++) {
        if (open.get(i).outcome != Outcome.NOT_APPENDED) {
          end += open.get(i).records.size();
        }
        if (end > lastKept) {
          open.subList(i, open.size()).clear();
        }
      }
    }
    lastDurable = Math.min(lastDurable, lastKept);
  }

  /// A reader of the live log returned these.
  ///
  /// @param durableIndex what the log published right after the reading
  void read(Records records, long durableIndex) {
    if (!records.isEmpty() && records.last() > durableIndex) {
      throw new Violation(
          "a reader saw index "
              + records.last()
              + " beyond the durable index "
              + durableIndex
              + " (I-10)");
    }
    match(records, true);
  }

  /// The log was opened and returned these; they are settled now.
  ///
  /// @return how many acknowledged records are missing; a violation when `lossAllowed` is false
  long opened(Records records, boolean lossAllowed) {
    if (maybeCutAt.isPresent()) {
      long kept = maybeCutAt.getAsLong();
      if (records.isEmpty() ? kept < settledFirst : records.last() == kept) {
        cut(kept);
      }
      maybeCutAt = OptionalLong.empty();
    }
    long missing = match(records, !lossAllowed);
    List<Long> ends = ends(records);
    settled.clear();
    settled.addAll(records.payloads);
    settledEnds.clear();
    settledEnds.addAll(ends);
    if (!records.isEmpty()) {
      settledFirst = records.first;
    }
    open.clear();
    lastDurable = 0;
    return missing;
  }

  /// Compares what was read with what may be there; returns how many required records are missing
  /// at the end.
  private long match(Records records, boolean demandAll) {
    if (!records.dense) {
      throw new Violation("indexes are not dense from " + records.first + " on (I-6)");
    }
    if (!demandAll && !records.isEmpty() && records.first < settledFirst) {
      return 1; // The device lost a tail, and with it what said that these records were dropped.
    }
    if (!records.isEmpty() && (records.first < settledFirst || records.first > highestFirst)) {
      throw new Violation(
          "the first index is "
              + records.first
              + ", expected one from "
              + settledFirst
              + " to "
              + highestFirst
              + " (I-7)");
    }
    int position = 0;
    long missing = 0;
    int skipped =
        records.isEmpty()
            ? Math.toIntExact(Math.min(settled.size(), highestFirst - settledFirst))
            : Math.toIntExact(Math.min(settled.size(), records.first - settledFirst));
    for (int i = skipped; i < settled.size(); i++) {
      if (position == records.payloads.size()) {
        missing += settled.size() - i;
        break;
      }
      same(records, position, settled.get(i));
      position++;
    }
    for (Batch batch : open) {
      if (batch.outcome == Outcome.NOT_APPENDED) {
        continue;
      }
      if (position == records.payloads.size()) {
        missing += batch.outcome == Outcome.DURABLE ? batch.records.size() : 0;
      } else if (batch.outcome != Outcome.UNKNOWN || isHere(records, position, batch)) {
        position = whole(records, position, batch);
      }
    }
    if (position < records.payloads.size()) {
      throw new Violation(
          "index "
              + (records.first + position)
              + " holds a record that was never appended, or not there: "
              + show(records.payloads.get(position))
              + " (I-2)");
    }
    if (missing > 0 && demandAll) {
      throw new Violation(
          missing + " acknowledged records behind index " + records.last() + " are gone (I-1)");
    }
    return missing;
  }

  private static boolean isHere(Records records, int position, Batch batch) {
    return Arrays.equals(records.payloads.get(position), batch.records.getFirst());
  }

  private static int whole(Records records, int from, Batch batch) {
    int position = from;
    for (byte[] payload : batch.records) {
      if (position == records.payloads.size()) {
        throw new Violation(
            "a batch of "
                + batch.records.size()
                + " records appears in part: "
                + (position - from)
                + " of them (I-2)");
      }
      same(records, position, payload);
      position++;
    }
    return position;
  }

  private static void same(Records records, int position, byte[] expected) {
    byte[] found = records.payloads.get(position);
    int at = Arrays.mismatch(found, expected);
    if (at >= 0) {
      throw new Violation(
          "index "
              + (records.first + position)
              + " differs at byte "
              + at
              + ": expected "
              + show(expected)
              + ", found "
              + show(found)
              + " (I-1, I-2)");
    }
  }

  private List<Long> ends(Records records) {
    List<Long> ends = new ArrayList<>();
    long last = records.last();
    for (long end : settledEnds) {
      if (end <= last && end >= records.first) {
        ends.add(end);
      }
    }
    long end = settledFirst + settled.size() - 1;
    for (Batch batch : open) {
      int position = Math.toIntExact(Math.max(0, end + 1 - records.first));
      if (batch.outcome == Outcome.NOT_APPENDED
          || position >= records.payloads.size()
          || !isHere(records, position, batch)) {
        continue;
      }
      end += batch.records.size();
      ends.add(end);
    }
    return ends;
  }

  private static String show(byte[] payload) {
    StringBuilder text = new StringBuilder(payload.length + " bytes");
    for (int i = 0; i < Math.min(16, payload.length); i++) {
      text.append(i == 0 ? " " : "")
          .append(String.format(java.util.Locale.ROOT, "%02x", payload[i]));
    }
    return text.toString();
  }
}
