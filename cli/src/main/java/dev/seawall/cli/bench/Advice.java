// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.bench;

import dev.seawall.cli.bench.Measurement.Subject;
import dev.seawall.io.StorageFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the figures of one machine mean for the options of a log on it.
public final class Advice {
  /// No disk flushes its cache faster than this; below it nothing was flushed, or nothing had to
  /// be.
  private static final double FASTEST_FLUSH_MICROS = 20;

  /// A backend is worth naming when it is this much faster.
  private static final double WORTH_NAMING = 1.15;

  private static final double SLOW_PER_SECOND = 1000;

  private final List<Measurement> measured;
  private final String usual;
  private final List<String> sentences = new ArrayList<>();

  private Advice(List<Measurement> measured, String usual) {
    this.measured = measured;
    this.usual = usual;
  }

  /// Returns what to do, most important first.
  ///
  /// @param usual the backend that is taken when none is named
  public static List<String> of(List<Measurement> measured, String usual) {
    Advice advice = new Advice(measured, usual);
    advice.flushes();
    advice.backends();
    advice.crowds();
    advice.flight();
    advice.preparation();
    advice.slowness();
    return List.copyOf(advice.sentences);
  }

  private void flushes() {
    prepared(1, StorageFile.BLOCK_BYTES)
        .filter(one -> one.medianMicros() < FASTEST_FLUSH_MICROS)
        .ifPresent(one ->
            say(
                String.format(
                    Locale.ROOT,
                    "A durable write took %.1f µs: either this storage keeps its cache through a loss of"
                        + " power, or it is memory, or it does not flush. Make sure which before you"
                        + " rely on it.",
                    one.medianMicros())));
  }

  private void backends() {
    List<String> better = new ArrayList<>();
    for (Measurement own : measured) {
      if (isLog(own) && own.backend().equals(usual)) {
        measured.stream()
            .filter(other -> isLog(other) && sameLoad(own, other))
            .max(Comparator.comparingDouble(Measurement::perSecond))
            .filter(best -> best.perSecond() > own.perSecond() * WORTH_NAMING)
            .ifPresent(best ->
                better.add(
                    String.format(
                        Locale.ROOT,
                        "%s for %s (%.1f×)",
                        best.backend(),
                        load(best),
                        best.perSecond() / own.perSecond())));
      }
    }
    if (better.isEmpty()) {
      say(
          String.format(
              Locale.ROOT,
              "Leave the backend as it is: `%s`, which is taken when none is named, is the fastest or"
                  + " near it in every load.",
              usual));
    } else {
      say(
          String.format(
              Locale.ROOT,
              "`%s` is taken when none is named. Faster here: %s. Name it with --backend or in the call"
                  + " that opens the log if that is your load, and measure again.",
              usual,
              String.join("; ", better)));
    }
  }

  private static String load(Measurement measurement) {
    String threads = measurement.parallel() == 1 ? "1 thread" : measurement.parallel() + " threads";
    return measurement.subject() == Subject.LOG_RECORDS
        ? threads
        : threads + " with batches of " + measurement.bytes() / 1024 + " KiB";
  }

  private void crowds() {
    Optional<Measurement> alone = records(1);
    measured.stream()
        .filter(one -> one.subject() == Subject.LOG_RECORDS && one.backend().equals(usual))
        .max(Comparator.comparingInt(Measurement::parallel))
        .filter(many -> many.parallel() > 1 && alone.isPresent())
        .ifPresent(many ->
            say(
                String.format(
                    Locale.ROOT,
                    "One thread makes %.0f records durable a second, %d threads %.0f: syncs are shared,"
                        + " so append from many threads, in batches, or asynchronously.",
                    alone.get().perSecond(),
                    many.parallel(),
                    many.perSecond())));
  }

  private void flight() {
    Optional<Measurement> one = prepared(1, StorageFile.BLOCK_BYTES);
    measured.stream()
        .filter(many ->
            many.subject() == Subject.PREPARED_BLOCKS
                && many.parallel() > 1
                && many.bytes() == StorageFile.BLOCK_BYTES)
        .max(Comparator.comparingDouble(Measurement::perSecond))
        .filter(_ -> one.isPresent())
        .ifPresent(many -> {
          double gain = many.perSecond() / one.get().perSecond();
          if (gain >= WORTH_NAMING) {
            say(
                String.format(
                    Locale.ROOT,
                    "The disk does %.1f× as many durable writes with %d in flight (%s) as one at a time:"
                        + " a busy log gains from a backend that keeps several in flight.",
                    gain,
                    many.parallel(),
                    many.backend()));
          } else {
            say(
                String.format(
                    Locale.ROOT,
                    "The disk gains nothing from several durable writes in flight (%.1f×): large groups"
                        + " matter more than the backend.",
                    gain));
          }
        });
  }

  private void preparation() {
    Optional<Measurement> growing =
        measured.stream().filter(one -> one.subject() == Subject.GROWING_FILE).findFirst();
    prepared(1, StorageFile.BLOCK_BYTES)
        .filter(_ -> growing.isPresent())
        .ifPresent(one ->
            say(
                String.format(
                    Locale.ROOT,
                    "A file that grows costs %.1f× a block that was written before: that is what the"
                        + " log's prepared and recycled segments save.",
                    growing.get().medianMicros() / one.medianMicros())));
  }

  private void slowness() {
    records(1)
        .filter(alone -> alone.perSecond() < SLOW_PER_SECOND)
        .ifPresent(alone ->
            say(
                String.format(
                    Locale.ROOT,
                    "%.0f durable appends a second is slow storage. If the last moments may be lost,"
                        + " `-o durability=batched` answers at once and syncs within 100 ms.",
                    alone.perSecond())));
  }

  private Optional<Measurement> records(int threads) {
    return measured.stream()
        .filter(one ->
            one.subject() == Subject.LOG_RECORDS
                && one.parallel() == threads
                && one.backend().equals(usual))
        .findFirst();
  }

  /// The fastest backend's.
  private Optional<Measurement> prepared(int inFlight, int bytes) {
    return measured.stream()
        .filter(one ->
            one.subject() == Subject.PREPARED_BLOCKS
                && one.parallel() == inFlight
                && one.bytes() == bytes)
        .max(Comparator.comparingDouble(Measurement::perSecond));
  }

  private static boolean isLog(Measurement measurement) {
    return measurement.subject() == Subject.LOG_RECORDS
        || measurement.subject() == Subject.LOG_BATCHES;
  }

  private static boolean sameLoad(Measurement one, Measurement other) {
    return one.subject() == other.subject()
        && one.parallel() == other.parallel()
        && one.bytes() == other.bytes();
  }

  private void say(String sentence) {
    sentences.add(sentence);
  }
}
