// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One log under measurement. A directory belongs to one instance from [#open] to [#close]; reading
/// back opens it again.
interface Peer extends AutoCloseable {
  /// Returns why this peer cannot run on this machine, or null when it can.
  default @Nullable String unavailable() {
    return null;
  }

  /// Opens an empty directory for appends.
  ///
  /// @param durable whether an append returns only when a sync covering it has returned
  void open(Path directory, boolean durable) throws Exception;

  /// Returns a handle for the calling thread; used by that thread alone.
  Writer writer() throws Exception;

  /// Returns when the operating system has everything appended so far (not: the device).
  void drain() throws Exception;

  /// Returns what an open log says about how it works, as `name=value`, or nothing.
  default String detail() {
    return "";
  }

  /// Returns how many bytes of payload must be appended before the log is in its steady state; only
  /// a log that recycles files says more than 0.
  default long fillBytes() {
    return 0;
  }

  /// Returns whether the log drops its oldest records by itself.
  default boolean forgets() {
    return false;
  }

  /// Returns counters of an open log that only grow, such as rolls; differences become metrics.
  default Map<String, Double> counters() {
    return Map.of();
  }

  /// Closes the log cleanly.
  @Override
  void close() throws IOException;

  /// Opens the directory again, read-only where the log can, and hands over every record in the
  /// log's order.
  void readBack(Path directory, Sink sink) throws Exception;

  /// One thread's way to append.
  interface Writer extends AutoCloseable {
    /// Appends one record. The array is never changed afterwards, so an asynchronous log may keep
    /// it.
    void append(byte[] payload) throws Exception;

    /// Appends records `from` to `from + count - 1` of `payloads`, starting over at its end; when
    /// durable, with one sync for all.
    void appendBatch(byte[][] payloads, int from, int count) throws Exception;

    /// Appends one record durably and runs `durable` when it is; only when [#asynchronous] says so.
    default void appendAsync(byte[] payload, Runnable durable) throws Exception {
      throw new UnsupportedOperationException("this peer has no asynchronous append");
    }

    /// Returns whether [#appendAsync] works.
    default boolean asynchronous() {
      return false;
    }

    @Override
    default void close() {}
  }

  /// Takes records read back.
  interface Sink {
    /// Takes one record.
    ///
    /// @param index the log's own dense index of the record, or 0 when it has none
    void record(long index, byte[] bytes, int offset, int length);
  }
}
