// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;

/// A real database that is followed, and a copy of it made of nothing but captures.
final class Followed implements AutoCloseable {
  final Machine machine;
  final Path database;
  final Connection application;
  final JdbcSqliteSource source;
  final WalCapture capture;
  byte[] copy = new byte[0];
  long transactions;
  int snapshots;

  Followed(Path folder, int pageSize) throws Exception {
    machine = SystemMachine.open(Backend.CHANNEL);
    database = folder.resolve("app.db");
    application = Databases.create(database, pageSize);
    source = JdbcSqliteSource.open(machine.files(), database, 1000);
    capture = new WalCapture(source, 1 << 20);
  }

  /// Pins and takes a snapshot.
  void begin() throws Exception {
    assertThat(capture.start()).isTrue();
    snapshot();
  }

  void snapshot() throws Exception {
    Capture pages = capture.snapshot();
    assertThat(pages).isNotNull();
    assertThat(keep(pages)).isTrue();
    capture.accept(pages);
    snapshots++;
  }

  /// Applies a capture to the copy.
  boolean keep(Capture pages) throws Exception {
    byte[] next = Arrays.copyOf(copy, Math.toIntExact(pages.commit() * pages.pageSize()));
    long[] before = {0};
    boolean valid =
        pages.writeTo((number, bytes) -> {
          assertThat(number).isGreaterThan(before[0]).isLessThanOrEqualTo(pages.commit());
          before[0] = number;
          bytes.get(
              bytes.position(), next, (int) (number - 1) * pages.pageSize(), pages.pageSize());
        });
    if (valid) {
      copy = next;
    }
    return valid;
  }

  /// Looks until nothing is new.
  void catchUp() throws Exception {
    while (true) {
      switch (capture.look()) {
        case WalCapture.Look.Quiet _ -> {
          return;
        }
        case WalCapture.Look.Changed(Capture pages, long count, boolean _) -> {
          assertThat(keep(pages)).isTrue();
          capture.accept(pages);
          transactions += count;
        }
        case WalCapture.Look.Lost(Loss loss) -> throw new AssertionError("lost: " + loss);
      }
    }
  }

  SqliteSource.Checkpointed checkpoint() throws Exception {
    return capture.checkpoint(keeper(() -> {}));
  }

  /// Passes the pin on.
  ///
  /// @param meanwhile runs before each capture is kept
  boolean checkpointAhead(PinTest.Verb meanwhile) throws Exception {
    return capture.checkpointAhead(keeper(meanwhile));
  }

  private WalCapture.Keeper keeper(PinTest.Verb meanwhile) {
    return pages -> {
      try {
        meanwhile.run();
        return keep(pages);
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    };
  }

  /// The copy is what a checkpoint of everything committed would leave.
  void assertSame() throws Exception {
    byte[] expected =
        Databases.checkpointed(database, database.resolveSibling("checked-" + System.nanoTime()));
    assertThat(copy.length).isEqualTo(expected.length);
    assertThat(Arrays.mismatch(copy, expected)).isEqualTo(-1);
  }

  /// Lets another process try to take the WAL away; returns whether it could.
  boolean othersCanTruncate() throws Exception {
    String answer =
        Databases.process("sqlite3", database.toString(), "PRAGMA wal_checkpoint(TRUNCATE)");
    return answer.startsWith("0|0");
  }

  @Override
  public void close() throws IOException, SQLException {
    capture.close();
    application.close();
    machine.scheduler().close();
  }
}
