// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The queue on a disk that fails and dies: promised links stay, in order, without a hole (I-1,
/// I-2, I-9).
class LinkStoreSimTest {
  @Test
  void promisedLinksSurviveEveryCrash() {
    Seeds.forEach(150, 1, LinkStoreSimTest::run);
  }

  private static void run(Seed seed) throws IOException {
    RandomGenerator random = seed.random("links");
    FaultPlan plan = FaultPlan.honest(seed);
    for (int i = 0; i < 6; i++) {
      Death death = random.nextBoolean() ? Death.KILL : Death.POWER;
      plan = plan.with(new Fault.Crash(1 + random.nextInt(500), death));
    }
    SimMachine sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan));
    List<StoredLink> promised = new ArrayList<>();
    long shipped = 0;
    boolean seen = false;
    for (int life = 0; life < 40 && !seen; life++) {
      try {
        LinkStore store = LinkStore.open(sim.machine(), Path.of("/s"), LinkStoreOptions.defaults());
        promised = check(store, promised, shipped);
        seen = life > 10;
        for (int i = 0; i < 12 && !seen; i++) {
          if (random.nextInt(4) == 0 && !store.pending(5).isEmpty()) {
            long upTo = store.pending(5).getLast().last();
            store.shippedUpTo(upTo);
            shipped = Math.max(shipped, upTo);
            store.settle();
          } else {
            promised.add(add(store, random));
          }
        }
        sim.losePower();
      } catch (SimCrash _) {
        // The next life looks at what is left.
      } catch (StorageException _) {
        sim.killProcess();
      }
    }
    assertThat(seen).isTrue();
  }

  private static StoredLink add(LinkStore store, RandomGenerator random) throws IOException {
    ChainEnd end = store.end();
    long first = end == null ? 1 : end.last() + 1;
    try (LinkWriter writer = store.begin(end == null ? LinkKind.BASE : LinkKind.DELTA, first)) {
      byte[] text =
          ("link " + first + " ").repeat(random.nextInt(900)).getBytes(StandardCharsets.UTF_8);
      writer.write(text, 0, text.length);
      return writer.commit(first + random.nextInt(3), Map.of("a", "b"));
    }
  }

  /// Returns what is promised now: what was, and at most one link more that nobody was told of.
  private static List<StoredLink> check(LinkStore store, List<StoredLink> promised, long shipped)
      throws IOException {
    List<StoredLink> found = store.links();
    List<StoredLink> waiting = promised.stream().filter(link -> link.last() > shipped).toList();
    int from = found.size();
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).last() > shipped) {
        from = i;
        break;
      }
    }
    List<StoredLink> rest = found.subList(from, found.size());
    assertThat(rest.size()).isBetween(waiting.size(), waiting.size() + 1);
    assertThat(rest.subList(0, waiting.size())).isEqualTo(waiting);
    for (StoredLink link : rest) {
      assertThat(store.content(link).open().readAllBytes()).hasSize((int) link.bytes());
    }
    return new ArrayList<>(rest);
  }
}
