// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README shows compiles, runs, and is what the README shows.
class ReadmeTest {
  private final List<Long> applied = new ArrayList<>();
  private long told;

  private void apply(long index, MemorySegment payload) {
    assertThat(payload.byteSize()).isEqualTo(3);
    applied.add(index);
  }

  private final AppendCallback callback =
      new AppendCallback() {
        @Override
        public void durable(long index) {
          told = index;
        }

        @Override
        public void failed(long index, WalException cause) {
          throw new AssertionError(cause);
        }
      };

  private void sample(Path directory, byte[] bytes) throws Exception {
    // sample: README.md
    try (WriteAheadLog log = WriteAheadLog.open(directory, WalOptions.defaults())) {
      long index = log.append(bytes); // durable when it returns
      log.append(bytes, Durability.BUFFERED); // accepted; durable with the next sync
      log.append(bytes, Durability.SYNCED, callback); // told when durable; allocates nothing
      try (WalReader reader = log.reader(log.firstIndex())) {
        while (reader.next()) {
          apply(reader.index(), reader.payload());
        }
      }
      log.checkpoint(index);
      log.truncatePrefix(index); // drop what nobody needs
    }
    // end
  }

  @Test
  void theSampleRuns(@TempDir Path directory) throws Exception {
    sample(directory.resolve("log"), new byte[] {1, 2, 3});
    assertThat(applied).startsWith(1L);
    assertThat(told).isEqualTo(3);
  }

  @Test
  void theReadmeShowsTheSample() throws Exception {
    List<String> source =
        Files.readAllLines(
            Path.of("src/test/java/dev/seawall/wal/ReadmeTest.java").toAbsolutePath());
    int from = source.indexOf("    // sample: README.md") + 1;
    int to = source.indexOf("    // end");
    String sample =
        String.join("\n", source.subList(from, to).stream().map(l -> l.substring(4)).toList());
    String readme = Files.readString(Path.of("../README.md").toAbsolutePath());
    assertThat(readme).contains("```java\n" + sample + "\n```");
  }

  @Test
  void aSimulatedMachineTakesThePlaceOfTheRealOne() throws Exception {
    SimMachine sim = new SimMachine(Seed.of(1));
    try (WriteAheadLog log =
        WriteAheadLog.open(Path.of("/data/log"), WalSubject.smallOptions(), sim.machine())) {
      log.append(new byte[] {1, 2, 3});
    }
    sim.losePower();
    try (WriteAheadLog log =
        WriteAheadLog.open(Path.of("/data/log"), WalSubject.smallOptions(), sim.machine())) {
      assertThat(log.durableIndex()).isEqualTo(1);
    }
  }
}
