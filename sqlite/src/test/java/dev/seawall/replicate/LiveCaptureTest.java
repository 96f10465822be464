// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seawall.ltx.PageEncoding;
import dev.seawall.sqlite.internal.Capture;
import dev.seawall.sqlite.internal.CaptureFile;
import dev.seawall.sqlite.internal.Databases;
import dev.seawall.sqlite.internal.JdbcSqliteSource;
import dev.seawall.sqlite.internal.Loss;
import dev.seawall.sqlite.internal.WalCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A database is followed while other processes write to it and checkpoint it as they like; the
/// chain that comes out is restored, by us and by Litestream, and is the database.
final class LiveCaptureTest {
  @TempDir private Path folder;
  private RestoreFixture replica;
  private WalCapture capture;
  private long txid;
  private long checkpoints;
  private long snapshots;

  /// Writes a capture as the next file of level 0.
  private boolean ship(Capture pages) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long time = System.currentTimeMillis();
    if (!CaptureFile.write(pages, txid + 1, time, PageEncoding.FRAME, out)) {
      return false;
    }
    txid++;
    replica.put(States.file(0, txid, txid), out.toByteArray());
    return true;
  }

  private void follow() throws Exception {
    while (true) {
      switch (capture.look()) {
        case WalCapture.Look.Quiet _ -> {
          return;
        }
        case WalCapture.Look.Changed(Capture pages, long _, boolean _) -> {
          if (ship(pages)) {
            capture.accept(pages);
          }
        }
        case WalCapture.Look.Lost(Loss loss) -> {
          // A truncation and the next commit between two looks: told, and answered by a snapshot.
          assertThat(loss).isEqualTo(Loss.WAL_RESTARTED);
          snapshots++;
          begin();
        }
      }
    }
  }

  private void begin() throws Exception {
    while (!capture.start()) {}
    while (true) {
      Capture pages = capture.snapshot();
      if (pages != null && ship(pages)) {
        capture.accept(pages);
        return;
      }
    }
  }

  // A shell that runs SQL without end, until it is destroyed; with pauses, since SQLite's lock goes
  // to whoever asks at the right moment, and nobody else would ever have it.
  private static Process shell(Path database, int busyMillis, int pauseMillis, String sql)
      throws Exception {
    Process process =
        new ProcessBuilder(
                "sqlite3",
                "-cmd",
                ".timeout " + busyMillis,
                "-cmd",
                "PRAGMA synchronous = OFF",
                database.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread feeder =
        new Thread(() -> {
          try (OutputStream in = process.getOutputStream()) {
            while (process.isAlive()) {
              in.write(sql.getBytes(StandardCharsets.UTF_8));
              in.flush();
              Thread.sleep(pauseMillis);
            }
          } catch (IOException | InterruptedException _) {
            // It was destroyed.
          }
        });
    feeder.setDaemon(true);
    feeder.start();
    return process;
  }

  private void torture(int seconds) throws Exception {
    assumeTrue(Databases.hasShell(), "skipped: no sqlite3 shell, which is the other process here");
    Path database = folder.resolve("app.db");
    replica = new RestoreFixture(folder);
    try (Connection first = Databases.create(database, 4096);
        RestoreFixture _ = replica;
        WalCapture following =
            new WalCapture(
                JdbcSqliteSource.open(replica.machine.files(), database, 200), 1 << 20)) {
      Databases.insert(first, 10, 3000);
      capture = following;
      Process writer =
          shell(
              database,
              2000,
              5,
              """
              INSERT INTO t(v) VALUES (randomblob(300 + abs(random()) % 9000));
              UPDATE t SET v = randomblob(500) WHERE id = abs(random()) % 100;
              DELETE FROM t WHERE id < (SELECT max(id) FROM t) - 150;
              """);
      Process checkpointer =
          // RESTART and TRUNCATE wait for our pin with the write lock in their hands: not for long.
          shell(
              database,
              10,
              60,
              """
              PRAGMA wal_checkpoint(PASSIVE);
              PRAGMA wal_checkpoint(RESTART);
              SELECT count(*) FROM t;
              PRAGMA wal_checkpoint(TRUNCATE);
              """);
      begin();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      long latest = end + TimeUnit.SECONDS.toNanos(30);
      while (System.nanoTime() < end || (!enough() && System.nanoTime() < latest)) {
        follow();
        if (capture.checkpoint(this::ship) != null) {
          checkpoints++;
        }
        Thread.sleep(5);
      }
      for (Process process : new Process[] {writer, checkpointer}) {
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      follow();
      byte[] expected = Databases.checkpointed(database, folder.resolve("checked"));
      assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(expected);
      System.out.println(
          "live capture: "
              + txid
              + " files, "
              + checkpoints
              + " checkpoints of ours, "
              + snapshots
              + " losses told");
      assertThat(enough()).isTrue();
      everyFileIsARestorePoint();
      Oracle.Answer answer =
          Oracle.orSkip().restore(replica.root.resolve("db"), folder.resolve("oracle"));
      assertThat(answer.restored()).as(answer.output()).isTrue();
      assertThat(Files.readAllBytes(answer.database())).isEqualTo(expected);
    }
  }

  private boolean enough() {
    return txid > 5 && checkpoints > 2;
  }

  private void everyFileIsARestorePoint() throws Exception {
    for (long at = 1; at <= txid; at += Math.max(1, txid / 12)) {
      replica.bytes(RestoreTarget.txid(at));
    }
  }

  @Test
  @Tag("night")
  void whatWasFollowedLiveIsRestoredByUsAndByLitestream() throws Exception {
    torture(3);
  }

  @Test
  @Tag("night")
  void theSameForAMinute() throws Exception {
    torture(60);
  }
}
