// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Scripts of what SQLite does rarely: each is captured, or noticed, and never passed over.
final class LossTest {
  private static final int PAGE = 512;

  private final ScriptedSource source = new ScriptedSource();
  private final WalCapture capture = new WalCapture(source, Long.MAX_VALUE);
  private WalBytes wal = new WalBytes(false, PAGE, 7, 8);

  @BeforeEach
  void aDatabaseOfTwoPages() throws Exception {
    source.database.set(filled(6));
    source.committed(wal.frame(1, 0, 1).frame(2, 2, 2), 2, 0, 2);
    assertThat(capture.start()).isTrue();
    capture.accept(capture.snapshot());
  }

  // Page n of the database file is filled with 100 + n.
  private static byte[] filled(int pages) {
    byte[] bytes = new byte[pages * PAGE];
    for (int page = 1; page <= pages; page++) {
      Arrays.fill(bytes, (page - 1) * PAGE, page * PAGE, (byte) (100 + page));
    }
    return bytes;
  }

  private SortedMap<Long, Integer> pages(Capture from) throws Exception {
    SortedMap<Long, Integer> pages = new TreeMap<>();
    assertThat(from.writeTo((number, bytes) -> pages.put(number, (int) bytes.get(0)))).isTrue();
    return pages;
  }

  private Capture changed() throws Exception {
    WalCapture.Look look = capture.look();
    assertThat(look).isInstanceOf(WalCapture.Look.Changed.class);
    return ((WalCapture.Look.Changed) look).capture();
  }

  private void assertLost(Loss loss) throws Exception {
    assertThat(capture.look()).isEqualTo(new WalCapture.Look.Lost(loss));
  }

  /// Litestream's worst loss (its #1199, #1323): found at the restore, when it is too late.
  @Test
  void grownPagesThatAreNotInTheWalComeFromTheDatabase() throws Exception {
    source.committed(wal.frame(2, 0, 3).frame(4, 7, 4), 4, 0, 7);
    Capture increment = changed();
    assertThat(increment.commit()).isEqualTo(7);
    // 3, 5 and 6 from the database file; 7 is beyond its end, and so was never written.
    assertThat(pages(increment))
        .containsExactlyEntriesOf(
            new TreeMap<>(java.util.Map.of(2L, 3, 3L, 103, 4L, 4, 5L, 105, 6L, 106, 7L, 0)));
  }

  @Test
  void aShrunkDatabaseHasNoPagesPastItsEnd() throws Exception {
    source.committed(wal.frame(2, 0, 3).frame(1, 1, 4), 4, 0, 1);
    assertThat(pages(changed())).containsExactlyEntriesOf(new TreeMap<>(java.util.Map.of(1L, 4)));
  }

  @Test
  void aCommitThatIsNotYetInTheIndexWaits() throws Exception {
    source.committed(wal.frame(2, 2, 3), 2, 0, 2);
    assertThat(capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
    source.committed(wal, 3, 0, 2);
    assertThat(pages(changed())).containsEntry(2L, 3);
  }

  /// It was captured without a wal-index, after two looks; then its writer's sync failed after all.
  @Test
  void aCommitThatWasReplacedAfterItWasCapturedIsALoss() throws Exception {
    WalBytes.Mark mark = wal.mark();
    source.committed(wal.frame(2, 2, 3), 3, 0, 2);
    source.index = null;
    assertThat(capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
    Capture taken = changed();
    assertThat(pages(taken)).containsEntry(2L, 3);
    capture.accept(taken);
    source.committed(wal.back(mark).frame(2, 2, 4), 3, 0, 2);
    assertLost(Loss.COMMIT_REPLACED);
    capture.accept(capture.snapshot());
    assertThat(capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
  }

  /// The pin stood on a read mark above 0: no restart can happen, unless it was lost.
  @Test
  void aRestartOfAWalThatWasNotCheckpointedAtThePinIsALoss() throws Exception {
    source.committed(new WalBytes(false, PAGE, 8, 99).frame(1, 2, 5), 1, 0, 2);
    assertLost(Loss.WAL_RESTARTED);
  }

  @Test
  void aRestartFromThePinIsFollowedOnceAndOnlyOnce() throws Exception {
    assertThat(capture.checkpoint(_ -> true).isComplete()).isTrue();
    source.committed(new WalBytes(false, PAGE, 8, 99).frame(1, 2, 5), 1, 0, 2);
    Capture increment = changed();
    assertThat(pages(increment)).containsEntry(1L, 5);
    capture.accept(increment);
    source.committed(new WalBytes(false, PAGE, 9, 77).frame(1, 2, 6), 1, 0, 2);
    assertLost(Loss.WAL_RESTARTED);
  }

  /// The WAL has grown back to the very position of the pin: the position alone says nothing.
  @Test
  void aSecondRestartFromThePositionOfThePinIsALoss() throws Exception {
    assertThat(capture.checkpoint(_ -> true).isComplete()).isTrue();
    source.committed(new WalBytes(false, PAGE, 8, 99).frame(1, 0, 5).frame(2, 2, 5), 2, 0, 2);
    Capture increment = changed();
    pages(increment);
    capture.accept(increment);
    source.committed(new WalBytes(false, PAGE, 9, 77).frame(1, 2, 6), 1, 0, 2);
    assertLost(Loss.WAL_RESTARTED);
  }

  /// Seen live: the pin is on read mark 0 though the WAL was not checkpointed a moment before.
  @Test
  void aCheckpointThatEndsWhileThePinIsTakenAllowsTheRestart() throws Exception {
    source.checkpointEndsAtPin = true;
    assertThat(capture.start()).isTrue();
    capture.accept(capture.snapshot());
    source.committed(new WalBytes(false, PAGE, 8, 99).frame(1, 2, 5), 1, 0, 2);
    assertThat(pages(changed())).containsEntry(1L, 5);
  }

  @Test
  void saltsThatJumpAreALoss() throws Exception {
    assertThat(capture.checkpoint(_ -> true).isComplete()).isTrue();
    source.committed(new WalBytes(false, PAGE, 9, 99).frame(1, 2, 5), 1, 0, 2);
    assertLost(Loss.WAL_RESTARTED);
  }

  /// Frames came behind the pin and were not captured: then the WAL cannot have been restarted, and
  /// if it was, they are gone.
  @Test
  void aRestartPastFramesBehindThePinIsALoss() throws Exception {
    assertThat(capture.checkpoint(_ -> true).isComplete()).isTrue();
    source.committed(wal.frame(2, 2, 3), 3, 2, 2);
    Capture increment = changed();
    pages(increment);
    capture.accept(increment);
    source.committed(new WalBytes(false, PAGE, 8, 99).frame(1, 2, 5), 1, 0, 2);
    assertLost(Loss.WAL_RESTARTED);
  }

  @Test
  void anotherFileAtTheDatabasesPathIsALoss() throws Exception {
    source.same = false;
    assertLost(Loss.DATABASE_REPLACED);
  }

  @Test
  void anotherPageSizeIsALoss() throws Exception {
    source.committed(new WalBytes(false, 1024, 8, 9).frame(1, 2, 5), 1, 0, 2);
    assertLost(Loss.PAGE_SIZE_CHANGED);
  }

  /// The header is written before frames are overwritten: what was copied is thrown away.
  @Test
  void aRestartWhilePagesAreCopiedIsNoticed() throws Exception {
    source.committed(wal.frame(2, 2, 3), 3, 0, 2);
    Capture increment = changed();
    byte[] next = new WalBytes(false, PAGE, 8, 99).frame(1, 2, 5).bytes();
    assertThat(increment.writeTo((_, _) -> source.wal.set(next))).isFalse();
  }

  @Test
  void nothingIsCheckpointedThatIsNotKept() throws Exception {
    source.committed(wal.frame(2, 2, 3), 3, 0, 2);
    long[] kept = {0};
    assertThat(
            capture.checkpoint(pages -> {
              kept[0]++;
              return false;
            }))
        .isNull();
    assertThat(kept[0]).isEqualTo(1);
    assertThat(source.index.backfilled()).isZero();
    assertThat(source.pinned).isTrue();
    assertThat(source.locked).isFalse();
    // The transaction is still to be captured.
    assertThat(pages(changed())).containsEntry(2L, 3);
    assertThat(capture.checkpoint(pages -> true).isComplete()).isTrue();
  }

  /// What the wal-index does not vouch for is not captured; then it must not go into the database
  /// either, where nobody would look for it.
  @Test
  void nothingIsCheckpointedThatIsNotProved() throws Exception {
    source.committed(wal.frame(2, 2, 3), 3, 0, 2);
    WalIndex vouching = source.index;
    for (WalIndex other : new WalIndex[] {null, new WalIndex(3, 0, 2, 1, 1)}) {
      source.index = other;
      assertThat(capture.checkpoint(_ -> true)).isNull();
      assertThat(source.index).isEqualTo(other);
      assertThat(source.pinned).isTrue();
      assertThat(source.locked).isFalse();
    }
    source.index = vouching;
    assertThat(pages(changed())).containsEntry(2L, 3);
  }

  /// It would be refused, since the pin is in its way, and writers would have waited for that.
  @Test
  void noTruncationIsTriedWhenSomethingCameSince() throws Exception {
    assertThat(capture.checkpoint(_ -> true).isComplete()).isTrue();
    source.committed(wal.frame(2, 2, 3), 3, 2, 2);
    assertThat(capture.truncate()).isNull();
    assertThat(pages(changed())).containsEntry(2L, 3);
  }

  @Test
  void aBusyWriterPutsOffTheCheckpoint() throws Exception {
    source.writerIsBusy = true;
    assertThat(capture.checkpoint(_ -> true)).isNull();
    assertThat(source.pinned).isTrue();
    assertThat(capture.look()).isInstanceOf(WalCapture.Look.Quiet.class);
  }
}
