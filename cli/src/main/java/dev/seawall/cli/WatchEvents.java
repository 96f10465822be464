// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.replicate.CheckpointMode;
import dev.seawall.replicate.ReplicatorListener;
import dev.seawall.replicate.SnapshotReason;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What happens to one database, told as it happens: as JSON every event, one a line; as text what
/// a person would want to know. Thread-safe.
final class WatchEvents implements ReplicatorListener {
  private final String name;
  private final Output output;
  private final StatusLine line;
  private final boolean all;
  private final AtomicLong shippedBytes = new AtomicLong();
  private final AtomicReference<@Nullable IOException> stopped = new AtomicReference<>();
  private final AtomicReference<@Nullable String> told = new AtomicReference<>();

  /// @param all whether captures, shipments and checkpoints are told as text too
  WatchEvents(String name, Output output, StatusLine line, boolean all) {
    this.name = name;
    this.output = output;
    this.line = line;
    this.all = all;
  }

  /// Returns how many bytes of this database are in the replica since the start.
  long shippedBytes() {
    return shippedBytes.get();
  }

  /// Returns why it has stopped for good; null while it has not.
  @Nullable IOException stopReason() {
    return stopped.get();
  }

  @Override
  public void captured(long txid, long transactions, long bytes, long seenMillis) {
    if (wanted()) {
      Map<String, Object> fields = fields("captured");
      fields.put("txid", txid);
      fields.put("transactions", transactions);
      fields.put("bytes", bytes);
      fields.put("seen", Instant.ofEpochMilli(seenMillis).toString());
      tell(
          fields,
          all ? "captured %,d transactions as %d, %,d B".formatted(transactions, txid, bytes) : "");
    }
  }

  @Override
  public void shipped(long txid, long bytes, long seenMillis) {
    shippedBytes.addAndGet(bytes);
    told.set(null);
    if (wanted()) {
      Map<String, Object> fields = fields("shipped");
      fields.put("txid", txid);
      fields.put("bytes", bytes);
      fields.put("seen", Instant.ofEpochMilli(seenMillis).toString());
      tell(fields, all ? "shipped %d, %,d B".formatted(txid, bytes) : "");
    }
  }

  @Override
  public void snapshot(long txid, SnapshotReason reason, long pages, long bytes) {
    Map<String, Object> fields = fields("snapshot");
    fields.put("txid", txid);
    fields.put("reason", lower(reason));
    fields.put("pages", pages);
    fields.put("bytes", bytes);
    tell(
        fields,
        String.format(
            Locale.ROOT,
            "captured whole as %d: %,d pages, %s (%s)",
            txid,
            pages,
            DemoReport.bytes(bytes),
            words(reason)));
  }

  @Override
  public void lost(SnapshotReason reason) {
    Map<String, Object> fields = fields("lost");
    fields.put("reason", lower(reason));
    tell(fields, "commits may have gone by unseen (" + words(reason) + "): captured whole again");
  }

  @Override
  public void checkpointed(
      CheckpointMode mode, boolean busy, long walFrames, long checkpointedFrames, long nanos) {
    Map<String, Object> fields = fields("checkpointed");
    fields.put("mode", lower(mode));
    fields.put("busy", busy);
    fields.put("walFrames", walFrames);
    fields.put("checkpointedFrames", checkpointedFrames);
    fields.put("millis", nanos / 1e6);
    tell(
        fields,
        all
            ? "checkpoint: %,d of %,d frames, writers waited %.1f ms at most"
                .formatted(checkpointedFrames, walFrames, nanos / 1e6)
            : "");
  }

  @Override
  public void merged(int level, long first, long last, long bytes) {
    Map<String, Object> fields = fields("merged");
    fields.put("level", level);
    fields.put("firstTxid", first);
    fields.put("lastTxid", last);
    fields.put("bytes", bytes);
    tell(fields, all ? "merged %d to %d on level %d".formatted(first, last, level) : "");
  }

  @Override
  public void removed(int links) {
    Map<String, Object> fields = fields("removed");
    fields.put("links", links);
    tell(fields, all ? "removed " + links + " links that merged ones cover" : "");
  }

  @Override
  public void waiting(String holder) {
    Map<String, Object> fields = fields("waiting");
    fields.put("holder", holder);
    tell(fields, "the replica is held by " + holder + "; waiting until it gives up");
  }

  @Override
  public void failed(IOException failure, int failuresInARow) {
    Map<String, Object> fields = fields("failed");
    fields.put("error", String.valueOf(failure.getMessage()));
    fields.put("failuresInARow", failuresInARow);
    tell(fields, once(String.valueOf(failure.getMessage())));
  }

  @Override
  public void breakerOpened() {
    tell(fields("breaker_opened"), "the store failed too often; it is left alone for a minute");
  }

  @Override
  public void unavailable(IOException failure) {
    Map<String, Object> fields = fields("unavailable");
    fields.put("error", String.valueOf(failure.getMessage()));
    tell(fields, once(failure.getMessage() + "; it is tried again"));
  }

  @Override
  public void available() {
    told.set(null);
    tell(fields("available"), all ? "the database can be read" : "");
  }

  @Override
  public void walLarge(long bytes) {
    Map<String, Object> fields = fields("wal_large");
    fields.put("bytes", bytes);
    tell(
        fields,
        "SQLite's log has grown to "
            + DemoReport.bytes(bytes)
            + ": a reader that stays open keeps it from being moved");
  }

  @Override
  public void oldSqlite(String version) {
    Map<String, Object> fields = fields("old_sqlite");
    fields.put("version", version);
    tell(
        fields,
        "an application uses SQLite "
            + version
            + "; before 3.51.3 two checkpoints at once can damage a database");
  }

  @Override
  public void stopped(IOException reason) {
    stopped.set(reason);
    Map<String, Object> fields = fields("stopped");
    fields.put("error", String.valueOf(reason.getMessage()));
    fields.put("exit", ExitCode.of(reason).status());
    tell(fields, "stopped: " + reason.getMessage());
  }

  private boolean wanted() {
    return all || output.isJson();
  }

  /// The same trouble is told once until something went well again.
  private String once(String text) {
    return text.equals(told.getAndSet(text)) ? "" : text;
  }

  private Map<String, Object> fields(String event) {
    return fields(event, name);
  }

  static Map<String, Object> fields(String event, @Nullable String name) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("event", event);
    fields.put("time", Instant.now().toString());
    if (name != null) {
      fields.put("name", name);
    }
    return fields;
  }

  private void tell(Map<String, Object> fields, String text) {
    try {
      output.json(fields);
      output.flush();
    } catch (IOException _) {
      // Nobody reads the events; the databases are shipped all the same.
    }
    if (!output.isJson() && !text.isEmpty()) {
      line.say(name + ": " + text);
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String words(Enum<?> value) {
    return lower(value).replace('_', ' ');
  }
}
