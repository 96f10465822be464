// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.Seeds;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.StoreFaults;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Uploader, lease, queue and verifier on a machine that dies and over a store that fails in every
/// honest way: links are never lost, never reordered, and there is never a hole. Any number of
/// seeds with `-Dseeds=N`.
class UploaderSimTest {
  private static final int LIVES = 12;

  @Test
  void linksAreNeverLostNeverReorderedAndNeverAHole() {
    Seeds.forEach(60, 1, seed -> new Run(seed).run());
  }

  private static final class Run {
    private final RandomGenerator random;
    private final SimMachine sim;
    private final SimObjectStore world;
    private final StoreFaults faults;
    // What was promised, and what was told to be in the replica.
    private final TreeMap<Long, String> promised = new TreeMap<>();
    private final Map<Long, String> attempted = new HashMap<>();
    private long confirmed;
    private long highest;

    Run(Seed seed) {
      random = seed.random("run");
      FaultPlan plan = FaultPlan.none();
      for (int i = 0; i < 8; i++) {
        Death death = random.nextBoolean() ? Death.KILL : Death.POWER;
        plan = plan.with(new Fault.Crash(1 + random.nextInt(1200), death));
      }
      sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan).withStepLimit(20_000_000L));
      world = new SimObjectStore(sim);
      faults = StoreFaults.honest(seed).withCrashes(random.nextInt(3) == 0 ? 0 : 150);
      seed.note("store: " + faults);
      world.observe(this::changed);
    }

    /// After every single change of the store: level 0 begins at 1 and has no hole.
    private void changed(
        dev.seawall.io.objects.ObjectKey key, @org.jspecify.annotations.Nullable ObjectInfo now) {
      if (!key.startsWith("db/0000/")) {
        return;
      }
      assertThat(now).as("nobody removes links").isNotNull();
      long next = 1;
      for (var each : world.keys("db/0000/")) {
        Link link = Rig.LAYOUT.parse(0, world.info(each));
        assertThat(link.first()).as("first number of %s", each).isEqualTo(next);
        next = link.last() + 1;
      }
      highest = next - 1;
    }

    void run() throws Exception {
      for (int life = 0; life < LIVES; life++) {
        boolean calm = life >= LIVES - 2;
        world.setFaults(calm ? StoreFaults.none() : faults);
        if (calm) {
          world.outage(0);
        }
        if (!calm && random.nextInt(4) == 0) {
          world.outage(TimeUnit.HOURS.toNanos(random.nextInt(3)));
        }
        try {
          live(calm);
        } catch (SimCrash _) {
          // The next life goes on.
        } catch (StorageException _) {
          sim.killProcess();
        }
      }
      for (int more = 0; world.keys("db/0000/").isEmpty() || pending() > 0; more++) {
        assertThat(more).as("lives until everything is shipped").isLessThan(20);
        try {
          live(true);
        } catch (SimCrash _) {
          // A crash that was left.
        }
      }
      for (Map.Entry<Long, String> each : promised.entrySet()) {
        assertThat(text(Rig.LAYOUT.key(0, each.getKey(), each.getKey())))
            .isEqualTo(each.getValue());
      }
    }

    private long pending() throws IOException {
      try (Rig rig = new Rig(sim, world)) {
        return rig.links.pendingLinks();
      } catch (SimCrash _) {
        return 1;
      }
    }

    private String text(ObjectKey key) {
      return UTF_8.decode(world.content(key)).toString();
    }

    private void live(boolean calm) throws Exception {
      Rig rig = new Rig(sim, world);
      // Promised and told to nobody: that, too, is shipped.
      rig.links
          .links()
          .forEach(link -> promised.putIfAbsent(link.first(), attempted.get(link.first())));
      Lease lease = rig.lease("sim");
      Uploader uploader = rig.uploader(lease, new Told());
      for (int i = 0; i < (calm ? 1 : 10); i++) {
        ChainEnd end = rig.links.end();
        long number = end == null ? 1 : end.last() + 1;
        String text = "link " + number + " drawn " + random.nextInt();
        assertThat(promised)
            .as("the queue goes on after its last promise")
            .doesNotContainKey(number);
        // Promised when commit returns; when it dies inside, the next life finds it or not.
        attempted.put(number, text);
        rig.produce(number, text);
        promised.put(number, text);
        rig.run(random.nextInt(20));
      }
      if (calm) {
        rig.run(300);
        assertThat(uploader.status().state()).isEqualTo(Uploader.State.SHIPPING);
        assertThat(rig.links.pendingLinks()).isZero();
        ChainVerifier.Report report =
            new ChainVerifier(rig.replica).verify(ChainVerifier.Depth.CONTENT);
        assertThat(report.problems()).isEmpty();
        assertThat(report.last()).isEqualTo(promised.lastKey());
        assertThat(
                new RestorePlanner(rig.replica)
                    .plan(1, OptionalLong.empty(), PlanRule.INDIVISIBLE)
                    .reached())
            .isEqualTo(report.last());
      }
      assertThat(lease.lost()).isNull();
      uploader.close();
      if (random.nextBoolean()) {
        lease.close();
      }
      rig.close();
      sim.die(random.nextBoolean() ? Death.KILL : Death.POWER);
    }

    private final class Told implements UploadListener {
      @Override
      public void published(StoredLink link, ObjectInfo object) {
        assertThat(link.last()).isLessThanOrEqualTo(highest).isGreaterThan(confirmed);
        confirmed = link.last();
        assertThat(text(object.key())).isEqualTo(attempted.get(link.first()));
      }

      @Override
      public void stopped(IOException reason) {
        throw new AssertionError("stopped: " + reason.getMessage(), reason);
      }
    }
  }
}
