// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A read-only log on a real disk, beside a writer that appends, rolls, recycles and truncates at
/// both ends as fast as it can.
class LiveReaderTest {
  private static final long NANOS = 1_500_000_000L;

  @TempDir private Path directory;

  @Test
  void aReaderNeverMistakesALiveWriterForDamage() throws Exception {
    WalOptions options =
        WalOptions.defaults().withSegmentBytes(256 << 10).withFirstSegmentBytes(256 << 10);
    AtomicBoolean stop = new AtomicBoolean();
    try (WriteAheadLog log = WriteAheadLog.open(directory, options)) {
      append(log, Seed.of(1).random("first"));
      CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> follow(options, stop));
      RandomGenerator random = Seed.of(2).random("writer");
      long end = System.nanoTime() + NANOS;
      while (System.nanoTime() < end && !read.isDone()) {
        append(log, random);
        if (random.nextInt(3) == 0) {
          long most = Math.min(300, log.lastIndex() - log.firstIndex());
          log.truncateSuffix(log.lastIndex() - random.nextLong(most));
        }
        if (random.nextInt(2) == 0) {
          log.truncatePrefix(Math.max(log.firstIndex(), log.lastIndex() - 300));
        }
      }
      stop.set(true);
      assertThat(read.get()).isPositive();
    }
  }

  private static void append(WriteAheadLog log, RandomGenerator random) throws Exception {
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[100 + random.nextInt(3000)];
      byte[] index = ((log.lastIndex() + 1) + " ").getBytes(StandardCharsets.UTF_8);
      System.arraycopy(index, 0, bytes, 0, index.length);
      log.append(bytes, Durability.BUFFERED);
    }
    log.sync();
  }

  private long follow(WalOptions options, AtomicBoolean stop) {
    long records = 0;
    try (ReadOnlyLog log = ReadOnlyLog.open(directory, options)) {
      while (!stop.get()) {
        long from = Math.max(log.firstIndex(), log.lastIndex(Visibility.WRITTEN) - 500);
        try (WalReader reader = log.reader(from, Visibility.WRITTEN)) {
          for (int i = 0; i < 2000 && !stop.get(); i++) {
            if (reader.next(Duration.ofMillis(5))) {
              records++;
              String payload = new String(reader.payloadBytes(), StandardCharsets.UTF_8);
              assertThat(payload).startsWith(reader.index() + " ");
            }
          }
        } catch (IndexTruncatedException | IndexBeyondEndException e) {
          log.refresh();
        }
      }
      return records;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
