// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/// The keys of [WalOptions#from]: one table, so that documents, command line and code name the same
/// things.
///
/// Bytes take the suffixes `KiB`, `MiB`, `GiB`; times `ms`, `s`, `m`, `h`.
public final class WalOptionKeys {
  /// One key.
  ///
  /// @param name as users write it
  /// @param meaning in a phrase
  /// @param apply sets it
  public record Key(
      String name, String meaning, BiFunction<WalOptions, String, WalOptions> apply) {}

  private static final List<Key> KEYS =
      List.of(
          new Key("prefix", "prefix of file names", WalOptions::withPrefix),
          new Key(
              "segment-bytes",
              "length to which segments grow",
              (o, v) -> o.withSegmentBytes(bytes(v))),
          new Key(
              "first-segment-bytes",
              "length of a new log's first segment",
              (o, v) -> o.withFirstSegmentBytes(bytes(v))),
          new Key(
              "max-segment-age",
              "age at which a segment is sealed",
              (o, v) -> o.withMaxSegmentAge(time(v))),
          new Key("max-record-bytes", "longest record", (o, v) -> o.withMaxRecordBytes(bytes(v))),
          new Key("max-batch-bytes", "longest batch", (o, v) -> o.withMaxBatchBytes(bytes(v))),
          new Key(
              "window-bytes",
              "length of a staging window",
              (o, v) -> o.withWindowBytes(Math.toIntExact(bytes(v)))),
          new Key(
              "windows",
              "number of staging windows",
              (o, v) -> o.withWindows(Integer.parseInt(v.strip()))),
          new Key(
              "max-pending-appends",
              "callbacks and futures that may be pending",
              (o, v) -> o.withMaxPendingAppends(Integer.parseInt(v.strip()))),
          new Key(
              "durability",
              "synced, batched, periodic or buffered",
              (o, v) -> o.withDurability(durability(v))),
          new Key(
              "write-out-delay",
              "how long an accepted record stays unwritten",
              (o, v) -> o.withWriteOutDelay(time(v))),
          new Key(
              "idle-mark-delay",
              "idle time before the end is marked",
              (o, v) -> o.withIdleMarkDelay(time(v))),
          new Key(
              "tail-block",
              "share or pad",
              (o, v) -> o.withTailBlock(constant(WalOptions.TailBlock.class, v))),
          new Key(
              "append-mode",
              "staged or mapped",
              (o, v) -> o.withAppendMode(constant(WalOptions.AppendMode.class, v))),
          new Key(
              "overload",
              "reject, or how long an append waits for room",
              (o, v) ->
                  o.withOverload(
                      v.strip().equals("reject")
                          ? new Overload.Reject()
                          : new Overload.Block(time(v)))),
          new Key(
              "retention-bytes",
              "most bytes of sealed segments",
              (o, v) -> o.withRetention(o.retention().withMaxBytes(bytes(v)))),
          new Key(
              "retention-age",
              "longest time since the seal",
              (o, v) -> o.withRetention(o.retention().withMaxAge(time(v)))),
          new Key(
              "enforce",
              "open without a damaged sealed segment (warn), or not (strict)",
              (o, v) -> o.withEnforce(constant(WalOptions.Enforce.class, v))),
          new Key(
              "sealed-compression",
              "none, gzip or zstd: how sealed segments are compressed",
              (o, v) -> o.withSealedCompression(constant(WalOptions.SealedCompression.class, v))),
          new Key(
              "claim-lock",
              "spinning or standard: the lock under which appends claim their place",
              (o, v) -> o.withClaimLock(constant(WalOptions.ClaimLock.class, v))));

  private WalOptionKeys() {}

  /// Returns all keys.
  public static List<Key> all() {
    return KEYS;
  }

  static WalOptions read(Map<String, String> values) {
    WalOptions options = WalOptions.defaults();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      Key key =
          KEYS.stream()
              .filter(k -> k.name().equals(entry.getKey()))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "unknown key '"
                          + entry.getKey()
                          + "'; known: "
                          + KEYS.stream().map(Key::name).toList()));
      try {
        options = key.apply().apply(options, entry.getValue());
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new IllegalArgumentException(
            key.name() + " = '" + entry.getValue() + "': " + e.getMessage(), e);
      }
    }
    return options;
  }

  /// Reads a durability by its name, with its default numbers.
  public static Durability durability(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "synced" -> Durability.SYNCED;
      case "batched" -> Durability.BATCHED;
      case "periodic" -> Durability.PERIODIC;
      case "buffered" -> Durability.BUFFERED;
      default ->
          throw new IllegalArgumentException("expected synced, batched, periodic or buffered");
    };
  }

  /// Reads a number of bytes such as `64MiB`.
  public static long bytes(String text) {
    String value = text.strip();
    int shift = 0;
    if (value.endsWith("KiB")) {
      shift = 10;
    } else if (value.endsWith("MiB")) {
      shift = 20;
    } else if (value.endsWith("GiB")) {
      shift = 30;
    }
    String digits = shift == 0 ? value : value.substring(0, value.length() - 3);
    return Math.multiplyExact(Long.parseLong(digits.strip()), 1L << shift);
  }

  /// Reads a time such as `5ms`.
  public static Duration time(String text) {
    String value = text.strip();
    String unit = value.replaceFirst("^\\d+\\s*", "");
    long number = Long.parseLong(value.substring(0, value.length() - unit.length()).strip());
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> throw new IllegalArgumentException("expected a number with ms, s, m or h");
    };
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    try {
      return Enum.valueOf(type, text.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected one of " + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT),
          e);
    }
  }
}
