// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.sqlite.internal.Databases;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When a snapshot is made, besides each hour.
final class SnapshotTriggersTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final ReplicatorOptions NEVER =
      ReplicatorOptions.defaults().withSnapshotIntervalMillis(0);

  @TempDir private Path folder;

  @Test
  void nothingIsDueWhileNothingChanges() {
    ReplicatorOptions all =
        NEVER
            .withSnapshotIntervalMillis(1)
            .withSnapshotMaxIntervalMillis(1)
            .withSnapshotIdleMillis(1)
            .withSnapshotMaxFrames(1);
    SnapshotTriggers triggers = new SnapshotTriggers(all, 0);
    assertThat(triggers.isDue(100 * SECOND)).isFalse();
    triggers.captured(1, 100 * SECOND);
    assertThat(triggers.isDue(101 * SECOND)).isTrue();
    triggers.begun();
    assertThat(triggers.isDue(200 * SECOND)).isFalse();
  }

  @Test
  void withoutTriggersNothingIsEverDue() {
    SnapshotTriggers triggers = new SnapshotTriggers(NEVER, 0);
    triggers.captured(1_000_000, 1);
    assertThat(triggers.isDue(1_000_000 * SECOND)).isFalse();
  }

  @Test
  void theIntervalCountsFromTheLastSnapshot() {
    SnapshotTriggers triggers =
        new SnapshotTriggers(NEVER.withSnapshotIntervalMillis(10_000), 5 * SECOND);
    triggers.captured(1, 14 * SECOND);
    assertThat(triggers.isDue(15 * SECOND - 1)).isFalse();
    assertThat(triggers.isDue(15 * SECOND)).isTrue();
    triggers.begun();
    triggers.stored(16 * SECOND);
    triggers.captured(1, 17 * SECOND);
    assertThat(triggers.isDue(26 * SECOND - 1)).isFalse();
    assertThat(triggers.isDue(26 * SECOND)).isTrue();
  }

  @Test
  void theLongestIntervalCountsFromTheFirstChange() {
    SnapshotTriggers triggers =
        new SnapshotTriggers(NEVER.withSnapshotMaxIntervalMillis(10_000), 0);
    triggers.captured(1, 100 * SECOND);
    triggers.captured(1, 109 * SECOND);
    assertThat(triggers.isDue(110 * SECOND - 1)).isFalse();
    assertThat(triggers.isDue(110 * SECOND)).isTrue();
  }

  @Test
  void idleCountsFromTheLastChange() {
    SnapshotTriggers triggers = new SnapshotTriggers(NEVER.withSnapshotIdleMillis(10_000), 0);
    triggers.captured(1, 100 * SECOND);
    triggers.captured(1, 109 * SECOND);
    assertThat(triggers.isDue(119 * SECOND - 1)).isFalse();
    assertThat(triggers.isDue(119 * SECOND)).isTrue();
  }

  @Test
  void framesAddUpUntilASnapshotBegins() {
    SnapshotTriggers triggers = new SnapshotTriggers(NEVER.withSnapshotMaxFrames(10), 0);
    triggers.captured(6, 1);
    assertThat(triggers.isDue(1)).isFalse();
    triggers.captured(4, 1);
    assertThat(triggers.isDue(1)).isTrue();
    triggers.begun();
    triggers.captured(9, 2);
    assertThat(triggers.isDue(2)).isFalse();
  }

  @Test
  void aDatabaseThatChangesIsSnapshotAfterSoManyFrames() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      watched.start(Watched.quick().withSnapshotMaxFrames(20));
      watched.drain();
      assertThat(watched.replicator.status().snapshotTxid()).isZero();
      Databases.insert(application, 40, 3000);
      watched.drain();
      assertThat(watched.replicator.awaitSnapshot(2, TimeUnit.SECONDS.toNanos(30))).isTrue();
      watched.assertSame();
    }
  }

  @Test
  void aStartMakesASnapshotWhenItIsAskedTo() throws Exception {
    try (Watched watched = new Watched(folder);
        Connection application = Databases.create(watched.database, 4096)) {
      Databases.insert(application, 5, 900);
      watched.start(Watched.quick().withSnapshotAtStart(true));
      assertThat(watched.replicator.awaitSnapshot(1, TimeUnit.SECONDS.toNanos(30))).isTrue();
    }
  }
}
