// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.testkit.Verb;
import dev.seawall.wal.internal.events.WalEvents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a flight recording shows.
class FlightRecordingTest {
  @TempDir private Path directory;

  @Test
  void showsRecoveryRollsGroupsAndFailure() throws Exception {
    try (Recording recording = new Recording()) {
      for (String name : List.of("Recovered", "SegmentRolled", "GroupCommitted", "LogFailed")) {
        recording.enable("seawall." + name);
      }
      recording.start();
      SimLog sim = new SimLog(1);
      WriteAheadLog log = sim.write();
      SimLog.append(log, 1, 100);
      log.awaitDurable(101, Duration.ofSeconds(1));
      WalEvents.groupCommitted(3, 4096, 95_000);
      sim.machine.disk().failNext(Verb.DURABLE_WRITE, path -> true);
      assertThatThrownBy(() -> SimLog.append(log, 101, 101)).isInstanceOf(LogFailedException.class);
      recording.stop();
      Path file = directory.resolve("wal.jfr");
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);
      assertThat(only(events, "seawall.Recovered").getString("verdict")).isEqualTo("NEW");
      assertThat(only(events, "seawall.SegmentRolled").getLong("nextSegment")).isEqualTo(2);
      assertThat(events)
          .filteredOn(event -> event.getEventType().getName().equals("seawall.GroupCommitted"))
          .anySatisfy(event -> {
            assertThat(event.getLong("records")).isEqualTo(3);
            assertThat(event.getDuration("commitNanos")).isEqualTo(Duration.ofNanos(95_000));
          });
      assertThat(only(events, "seawall.LogFailed").getString("message"))
          .contains("Records up to 100 are durable");
    }
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertThat(found).as(name).hasSizeGreaterThanOrEqualTo(1);
    return found.getFirst();
  }
}
