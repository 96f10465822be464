// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.RetryPolicy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a database is restored. Immutable.
public final class RestoreOptions {
  private static final RestoreOptions DEFAULTS =
      new RestoreOptions(
          RestoreTarget.latest(),
          IntegrityCheck.QUICK,
          8,
          64 << 20,
          RetryPolicy.defaults(),
          null,
          null);

  private final RestoreTarget target;
  private final IntegrityCheck check;
  private final int parallelism;
  private final int memoryBytes;
  private final RetryPolicy retry;
  private final @Nullable String generation;
  private final @Nullable Path spool;

  private RestoreOptions(
      RestoreTarget target,
      IntegrityCheck check,
      int parallelism,
      int memoryBytes,
      RetryPolicy retry,
      @Nullable String generation,
      @Nullable Path spool) {
    this.target = target;
    this.check = check;
    this.parallelism = parallelism;
    this.memoryBytes = memoryBytes;
    this.retry = retry;
    this.generation = generation;
    this.spool = spool;
  }

  /// The latest state, a quick check, 8 requests at a time, 64 MiB of fetched bytes in memory.
  public static RestoreOptions defaults() {
    return DEFAULTS;
  }

  /// Returns options that differ in how far the restore goes.
  public RestoreOptions withTarget(RestoreTarget value) {
    return new RestoreOptions(value, check, parallelism, memoryBytes, retry, generation, spool);
  }

  /// Returns options that differ in the check.
  public RestoreOptions withCheck(IntegrityCheck value) {
    return new RestoreOptions(target, value, parallelism, memoryBytes, retry, generation, spool);
  }

  /// Returns options that differ in the number of requests at a time, 1 to 64.
  public RestoreOptions withParallelism(int requests) {
    if (requests < 1 || requests > 64) {
      throw new IllegalArgumentException(requests + " requests at a time, expected 1 to 64");
    }
    return new RestoreOptions(target, check, requests, memoryBytes, retry, generation, spool);
  }

  /// Returns options that differ in how many fetched bytes wait in memory, at least 1 MiB. Very
  /// many files need more: 32 KiB each.
  public RestoreOptions withMemoryBytes(int bytes) {
    if (bytes < 1 << 20) {
      throw new IllegalArgumentException(bytes + " bytes of memory, expected 1 MiB or more");
    }
    return new RestoreOptions(target, check, parallelism, bytes, retry, generation, spool);
  }

  /// Returns options that differ in when a failed request is made again.
  public RestoreOptions withRetry(RetryPolicy value) {
    return new RestoreOptions(target, check, parallelism, memoryBytes, value, generation, spool);
  }

  /// Returns options that restore one generation of a Litestream 0.3 replica, by its 16 digits.
  public RestoreOptions withGeneration(String value) {
    return new RestoreOptions(target, check, parallelism, memoryBytes, retry, value, spool);
  }

  /// Returns options that read links from the local queue of a replicator, where it still has them
  /// and they are proved to be the replica's, instead of fetching them.
  public RestoreOptions withSpool(Path directory) {
    return new RestoreOptions(
        target, check, parallelism, memoryBytes, retry, generation, directory);
  }

  /// Returns how far the restore goes.
  public RestoreTarget target() {
    return target;
  }

  /// Returns what is checked.
  public IntegrityCheck check() {
    return check;
  }

  /// Returns the number of requests at a time.
  public int parallelism() {
    return parallelism;
  }

  /// Returns how many fetched bytes may wait in memory.
  public int memoryBytes() {
    return memoryBytes;
  }

  /// Returns when a failed request is made again.
  public RetryPolicy retry() {
    return retry;
  }

  /// Returns the generation that was chosen; null when the newest one is taken.
  public @Nullable String generation() {
    return generation;
  }

  /// Returns the local queue that links are read from; null for none.
  public @Nullable Path spool() {
    return spool;
  }
}
