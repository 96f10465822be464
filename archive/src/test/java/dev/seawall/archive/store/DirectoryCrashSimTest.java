// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Puts, replacements and deletions on a disk that fails and dies: each object is always one that
/// was put, with its own metadata, and what was promised is there (I-1, I-9).
class DirectoryCrashSimTest {
  private static final Path ROOT = Path.of("/store");
  private static final List<ObjectKey> KEYS =
      List.of(ObjectKey.of("db/a"), ObjectKey.of("db/b"), ObjectKey.of("db/c/d"));

  @Test
  void everyObjectIsOldOrNewAfterEveryCrash() {
    Seeds.forEach(150, 1, seed -> new Run(seed).run());
  }

  private static final class Run {
    private final Seed seed;
    private final RandomGenerator random;
    // What may stand under a key; null: nothing.
    private final Map<ObjectKey, Set<String>> possible = new HashMap<>();
    private int puts;

    Run(Seed seed) {
      this.seed = seed;
      this.random = seed.random("operations");
      KEYS.forEach(key -> possible.put(key, new HashSet<>(List.of(""))));
    }

    void run() throws IOException {
      FaultPlan plan = FaultPlan.honest(seed);
      for (int i = 0; i < 6; i++) {
        plan =
            plan.with(
                new Fault.Crash(
                    1 + random.nextInt(400), random.nextBoolean() ? Death.KILL : Death.POWER));
      }
      SimMachine sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan));
      // The last lives only look: a fault that is left strikes one of them.
      boolean seen = false;
      for (int life = 0; life < 30 && !seen; life++) {
        try {
          DirectoryObjectStore store = DirectoryObjectStore.create(sim.machine(), ROOT);
          check(store);
          seen = life > 8;
          for (int i = 0; i < 12 && !seen; i++) {
            change(store);
          }
          sim.losePower();
        } catch (SimCrash _) {
          // The next life looks at what is left.
        } catch (ObjectStoreException e) {
          assertThat(e.kind()).isIn(Kind.UNAVAILABLE, Kind.FULL);
          sim.killProcess();
        }
      }
      assertThat(seen).isTrue();
    }

    private void change(DirectoryObjectStore store) throws IOException {
      ObjectKey key = KEYS.get(random.nextInt(KEYS.size()));
      // Lengths repeat on purpose: two records of one length are told apart by their hashes.
      String text = "x".repeat(random.nextInt(3) * 30) + "%06d".formatted(++puts);
      boolean delete = random.nextInt(5) == 0;
      Set<String> before = new HashSet<>(possible.get(key));
      possible.get(key).add(delete ? "" : text);
      try {
        if (delete) {
          store.delete(List.of(key));
        } else {
          store.put(key, ObjectContent.of(text), Map.of("put", tag(text)), PutCondition.always());
        }
        possible.put(key, new HashSet<>(List.of(delete ? "" : text)));
      } catch (ObjectStoreException e) {
        if (e.effect() == Effect.NOT_DONE) {
          possible.put(key, before);
        }
        throw e;
      }
    }

    private void check(DirectoryObjectStore store) throws IOException {
      List<String> listed = new ArrayList<>();
      store.list("", null, 100).forEach(each -> listed.add(each.key().text()));
      for (ObjectKey key : KEYS) {
        ObjectInfo info = store.head(key);
        assertThat(listed.contains(key.text())).isEqualTo(info != null);
        String found = info == null ? "" : read(store, key);
        assertThat(possible.get(key)).as("%s", key).contains(found);
        // What head confirms is durable, whoever put it.
        if (info != null) {
          possible.put(key, new HashSet<>(List.of(found)));
        }
        if (info != null) {
          assertThat(info.metadata().get("put")).isEqualTo(tag(found));
        }
      }
    }

    private static String tag(String text) {
      return text.substring(text.length() - 6);
    }

    private static String read(DirectoryObjectStore store, ObjectKey key) throws IOException {
      try (ObjectBody body = store.get(key)) {
        return new String(body.stream().readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }
}
