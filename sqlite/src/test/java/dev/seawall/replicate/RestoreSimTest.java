// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.io.FileStatus;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.ltx.LtxFiles;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.LtxName;
import dev.seawall.ltx.PageEncoding;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.StoreFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Restores on a simulated machine from a simulated store: crashes, failing disks, lost replies.
/// I-13: never success short of the target, never part of a database under the output's name.
final class RestoreSimTest {
  private static final Path DIRECTORY = Path.of("/restored");
  private static final Path OUTPUT = DIRECTORY.resolve("a.db");
  private static final int PAGE = 512;

  /// A replica of random shape, with the database it is of.
  private static byte[] replica(SimObjectStore store, RandomGenerator random) throws IOException {
    SortedMap<Long, byte[]> database = new TreeMap<>();
    long txid = 0;
    long commit = 0;
    int files = 1 + random.nextInt(6);
    for (int i = 0; i < files; i++) {
      long min = txid + 1;
      txid += 1 + random.nextInt(3);
      SortedMap<Long, byte[]> changed = new TreeMap<>();
      long next = Math.max(1, commit + random.nextInt(8) - 2);
      for (long page = 1; page <= next; page++) {
        if (page > commit || random.nextInt(3) == 0) {
          changed.put(page, LtxFiles.page(PAGE, random.nextLong(), random.nextBoolean()));
        }
      }
      commit = next;
      database.tailMap(commit + 1).clear();
      database.putAll(changed);
      PageEncoding encoding = random.nextBoolean() ? PageEncoding.FRAME : PageEncoding.BLOCK;
      store.putForeign(
          ObjectKey.of("db/0000/" + new LtxName(min, txid)),
          ByteBuffer.wrap(
              LtxFiles.encode(LtxHeader.of(PAGE, commit, min, txid, i), changed, encoding)),
          Map.of());
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) commit * PAGE);
    database.values().forEach(bytes::put);
    return bytes.array();
  }

  private static Restored restore(SimMachine sim, SimObjectStore store, RandomGenerator random)
      throws IOException {
    RestoreOptions options =
        RestoreOptions.defaults()
            .withParallelism(1 + random.nextInt(4))
            .withRetry(RetryPolicy.defaults().withMaxAttempts(3));
    sim.machine().files().createDirectories(DIRECTORY);
    return new Restore(
            sim.machine(), store.client(sim), "db", options, (database, full) -> List.of())
        .to(OUTPUT);
  }

  /// Returns what stands at the output; null when nothing does.
  private static byte[] output(SimMachine sim) throws IOException {
    if (sim.machine().files().status(OUTPUT).kind() == FileStatus.Kind.MISSING) {
      return null;
    }
    return LtxFiles.bytes(sim.disk().contents(OUTPUT));
  }

  private static void run(Seed seed) throws Exception {
    SimMachine sim = new SimMachine(seed, SimOptions.defaults().withFaults(FaultPlan.honest(seed)));
    SimObjectStore store = new SimObjectStore(sim);
    RandomGenerator random = seed.random("restore");
    byte[] expected = replica(store, random);
    store.setFaults(StoreFaults.honest(seed));
    // A listing can be late by seconds, and nobody can know what it does not show.
    sim.scheduler().runFor(6_000_000_000L);
    boolean corrupt = random.nextInt(4) == 0;
    if (corrupt) {
      List<ObjectKey> keys = store.keys("db/");
      store.corrupt(keys.get(random.nextInt(keys.size())));
    }
    for (int attempt = 0; attempt < 12; attempt++) {
      boolean success = false;
      try {
        restore(sim, store, random);
        success = true;
        if (random.nextBoolean()) {
          sim.losePower();
        }
      } catch (SimCrash _) {
        // Another incarnation looks at what is left.
      } catch (RestoreException e) {
        assertThat(corrupt || e.reason() == RestoreException.Reason.OUTPUT_EXISTS)
            .as(e.toString())
            .isTrue();
      } catch (IOException _) {
        // The disk or the store failed, and said so.
      }
      byte[] found = output(sim);
      if (success) {
        assertThat(found).isNotNull();
      }
      if (found != null) {
        assertThat(found).isEqualTo(expected);
        return;
      }
    }
  }

  @Test
  void theOutputIsTheDatabaseOrIsNotThere() {
    Seeds.forEach(300, 1, RestoreSimTest::run);
  }
}
