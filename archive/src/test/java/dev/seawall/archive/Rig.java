// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.Machine;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One simulated owner of a replica: what a front end puts together.
final class Rig implements AutoCloseable {
  static final LinkLayout LAYOUT = LinkLayout.onS3("db", ".ltx");
  static final Path SPOOL = Path.of("/spool");

  final SimMachine sim;
  final Machine machine;
  final SimObjectStore world;
  final Replica replica;
  final StoreCalls calls;
  final LinkStore links;

  Rig(SimMachine sim, SimObjectStore world) throws IOException {
    this.sim = sim;
    this.machine = sim.machine();
    this.world = world;
    this.replica =
        new Replica(
            machine,
            world.client(sim),
            LAYOUT,
            new Retrier(
                machine,
                RetryPolicy.defaults().withMaxDelayMillis(2000),
                new CircuitBreaker(machine.time(), 10, 5000)));
    this.calls = new StoreCalls(machine, 4);
    this.links = LinkStore.open(machine, SPOOL, LinkStoreOptions.defaults());
  }

  Lease lease(String owner) {
    return Lease.start(replica, calls, LeaseOptions.of(owner), links);
  }

  Uploader uploader(Fence fence, UploadListener listener) {
    return Uploader.start(replica, links, calls, fence, listener, 3);
  }

  /// Promises one link of one number; a base if it is the first that this spool knows.
  StoredLink produce(long number, String text) throws IOException {
    LinkKind kind = number == 1 ? LinkKind.BASE : LinkKind.DELTA;
    try (LinkWriter writer = links.begin(kind, number)) {
      writer.write(text.getBytes(StandardCharsets.UTF_8));
      return writer.commit(number, Map.of("litestream-timestamp", "2026-01-01T00:00:00Z"));
    }
  }

  /// Puts a link as another owner has done.
  static void putLink(
      SimObjectStore world,
      SimMachine sim,
      int level,
      long first,
      long last,
      String text,
      Map<String, String> metadata)
      throws IOException {
    world
        .client(sim)
        .put(
            LAYOUT.key(level, first, last),
            ObjectContent.of(text),
            metadata,
            PutCondition.always());
  }

  void run(long seconds) {
    sim.scheduler().runFor(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Override
  public void close() {
    calls.close();
    links.close();
  }
}
