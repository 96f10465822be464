// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.archive.ChainVerifier;
import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LeaseOptions;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.ltx.LtxFiles;
import dev.seawall.sqlite.internal.SimDatabase;
import dev.seawall.testkit.Death;
import dev.seawall.testkit.Fault;
import dev.seawall.testkit.FaultPlan;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimCrash;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import dev.seawall.testkit.SimOptions;
import dev.seawall.testkit.StoreFaults;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// One simulated database, its replicator on a machine that dies, and a store that fails in every
/// honest way.
///
/// Every state carries the number of its commit, so a restore says what it is: it must be exactly
/// the state behind that commit, a later transaction id never has an earlier commit, and the last
/// one is the last.
final class ReplicatorSim {
  private static final LinkLayout LAYOUT = LinkLayout.onS3("db", ".ltx");
  private static final Path SPOOL = Path.of("/spool");
  private static final int LIVES = 6;

  private final RandomGenerator random;
  private final SimMachine sim;
  private final SimObjectStore world;
  private final StoreFaults faults;
  private final SimDatabase database;
  private long shipped;
  private long restores;
  // What was told.
  private final List<String> log = new ArrayList<>();
  private final Map<String, Integer> seen;
  private final List<AutoCloseable> living = new ArrayList<>();

  /// @param seen counts what was told, by kind: what never happens proves nothing
  ReplicatorSim(Seed seed, Map<String, Integer> seen) {
    this.seen = seen;
    random = seed.random("run");
    FaultPlan plan = FaultPlan.none();
    for (int i = 0; i < 5; i++) {
      Death death = random.nextBoolean() ? Death.KILL : Death.POWER;
      plan = plan.with(new Fault.Crash(1 + random.nextInt(600), death));
    }
    sim = new SimMachine(seed, SimOptions.defaults().withFaults(plan).withStepLimit(5_000_000L));
    world = new SimObjectStore(sim);
    faults = StoreFaults.honest(seed).withCrashes(random.nextInt(3) == 0 ? 0 : 150);
    seed.note("store: " + faults);
    database = new SimDatabase(seed.random("database"));
  }

  void run() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      world.setFaults(faults);
      if (random.nextInt(6) == 0) {
        world.outage(TimeUnit.SECONDS.toNanos(random.nextInt(600)));
      }
      mayDie(false);
    }
    world.setFaults(StoreFaults.none());
    world.outage(0);
    for (int more = 0; !mayDie(true); more++) {
      assertThat(more).as("lives until the plan's crashes are over").isLessThan(12);
    }
  }

  // Memory outside the heap is given back also by those who died.
  private void bury() {
    for (AutoCloseable each : living.reversed()) {
      try {
        each.close();
      } catch (Exception | SimCrash _) {
        // It is dead: nothing of its world answers.
      }
    }
    living.clear();
  }

  /// Returns whether it lived to its end.
  private boolean mayDie(boolean calm) throws Exception {
    boolean lived = false;
    try {
      live(calm);
      lived = true;
    } catch (SimCrash _) {
      // The next life goes on.
    } catch (StorageException e) {
      log.add(e.toString());
      sim.killProcess();
    }
    if (lived && !calm) {
      sim.die(random.nextBoolean() ? Death.KILL : Death.POWER);
    }
    database.allow(0);
    bury();
    if (random.nextInt(3) == 0) {
      database.losePower();
    } else {
      database.killSources();
    }
    return lived;
  }

  private void live(boolean calm) throws Exception {
    for (int i = random.nextInt(4); i > 0; i--) {
      act(true);
    }
    Machine machine = sim.machine();
    CircuitBreaker breaker = new CircuitBreaker(machine.time(), 10, 5000);
    Retrier retrier =
        new Retrier(machine, RetryPolicy.defaults().withMaxDelayMillis(2000), breaker);
    Shipper shipper = Shipper.open(machine, world.client(sim), retrier, 4);
    living.add(shipper);
    Replicator replicator = shipper.replicate(database::open, SPOOL, LAYOUT, options(), new Told());
    for (int i = 0; i < (calm ? 3 : 12); i++) {
      act(false);
      sim.scheduler().runFor(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1500)));
      if (random.nextInt(20) == 0) {
        sim.scheduler().runFor(TimeUnit.SECONDS.toNanos(90));
      }
      if (random.nextInt(60) == 0) {
        sim.scheduler().runFor(TimeUnit.MINUTES.toNanos(70));
      }
      if (random.nextInt(6) == 0) {
        replicator.snapshot();
      }
    }
    if (calm) {
      database.comeBack();
      sim.scheduler().runFor(TimeUnit.SECONDS.toNanos(60));
      int before = database.commits();
      assertThat(replicator.drain(TimeUnit.MINUTES.toNanos(30)))
          .as("drained: %s %s", replicator.status(), log)
          .isTrue();
      long last = replicator.status().shippedTxid();
      check(last, before);
    }
    if (calm || random.nextBoolean()) {
      replicator.close();
      shipper.close();
    }
  }

  private ReplicatorOptions options() {
    ReplicatorOptions options =
        ReplicatorOptions.defaults()
            .withSyncIntervalMillis(random.nextInt(1200))
            .withPollMillis(1 + random.nextInt(100))
            .withMinCheckpointPages(1 + random.nextInt(30))
            .withCheckpointIntervalMillis(1 + random.nextInt(20_000))
            .withTruncatePages(random.nextInt(40))
            .withLevels(List.of(Duration.ofMillis(500), Duration.ofSeconds(3)))
            .withSnapshotIntervalMillis(random.nextInt(3) * 2000L)
            .withSnapshotMaxWalBytes(random.nextInt(2) * 4000L)
            .withSnapshotMaxHoldMillis(random.nextInt(3) * 50L)
            .withKeptBytes(random.nextInt(3) * 2000L)
            .withUploads(1 + random.nextInt(4));
    return random.nextInt(4) == 0
        ? options.withoutLease()
        : options.withLease(
            LeaseOptions.of("sim").withTtlMillis(10_000).withRestWhenIdle(random.nextBoolean()));
  }

  private void act(boolean alone) {
    database.allow(random.nextInt(4));
    switch (random.nextInt(alone ? 6 : 12)) {
      case 0 -> database.foreignCheckpoint();
      case 1 -> database.closeAll();
      case 2 -> {
        if (random.nextInt(4) == 0) {
          database.journalMode();
        }
      }
      case 3 -> {
        if (random.nextInt(6) == 0) {
          database.replace();
        }
      }
      default -> {
        for (int i = random.nextInt(5); i >= 0; i--) {
          database.commit();
        }
      }
    }
  }

  /// Restores the last state and some before it.
  private void check(long last, int before) throws Exception {
    int latest = restore(RestoreTarget.latest(), "latest");
    assertThat(latest)
        .as("the last commit is in the replica")
        .isBetween(before, database.commits());
    ChainVerifier.Report report =
        new ChainVerifier(Replica.of(sim.machine(), world.client(sim), LAYOUT))
            .verify(ChainVerifier.Depth.CONTENT);
    assertThat(report.problems()).as("%s", log).isEmpty();
    assertThat(report.last()).isEqualTo(last);
    // Every link of level 0 that is still there is a restore point.
    List<Long> points = new ArrayList<>();
    for (ObjectKey key : world.keys(LAYOUT.levelPrefix(0))) {
      points.add(LAYOUT.parse(0, world.info(key)).last());
    }
    int known = latest;
    for (int at = points.size(); at > 0; at -= 1 + random.nextInt(at)) {
      long txid = points.get(at - 1);
      int commit = restore(RestoreTarget.txid(txid), "txid " + txid);
      assertThat(commit).as("commit of txid %s; %s", txid, log).isLessThanOrEqualTo(known);
      known = commit;
    }
  }

  private int restore(RestoreTarget target, String what) throws Exception {
    try {
      return restored(target, what);
    } catch (IOException e) {
      StringBuilder objects = new StringBuilder();
      for (ObjectKey key : world.keys("db/")) {
        Map<String, String> its = world.info(key).metadata();
        objects
            .append(key.text())
            .append(" epoch ")
            .append(its.get("seawall-epoch"))
            .append(its.getOrDefault("seawall-epoch-first", ""))
            .append(", ");
      }
      throw new AssertionError(what + ": " + e + "; " + objects + log, e);
    }
  }

  private int restored(RestoreTarget target, String what) throws IOException {
    Path directory = Path.of("/restored");
    Path output = directory.resolve("db-" + ++restores);
    sim.machine().files().createDirectories(directory);
    new Restore(
            sim.machine(),
            world.client(sim),
            "db",
            RestoreOptions.defaults().withTarget(target),
            (file, full) -> List.of())
        .to(output);
    byte[] found = LtxFiles.bytes(sim.disk().contents(output));
    int number = SimDatabase.number(found);
    assertThat(database.mismatch(found))
        .as("%s: first byte that differs from commit %s; %s", what, number, log)
        .isEqualTo(-1);
    return number;
  }

  private void tell(String kind, String more) {
    seen.merge(kind, 1, Integer::sum);
    log.add(kind + more);
  }

  private final class Told implements ReplicatorListener {
    @Override
    public void checkpointed(
        CheckpointMode mode, boolean busy, long walFrames, long checkpointedFrames, long nanos) {
      tell("checkpoint " + mode + (busy || walFrames != checkpointedFrames ? " in part" : ""), "");
    }

    @Override
    public void captured(long txid, long transactions, long bytes, long seenMillis) {
      tell("captured", " " + txid);
    }

    @Override
    public void shipped(long txid, long bytes, long seenMillis) {
      assertThat(txid).as("in order").isGreaterThan(shipped);
      shipped = txid;
    }

    @Override
    public void snapshot(long txid, SnapshotReason reason, long pages, long bytes) {
      tell("snapshot " + reason, " " + txid);
    }

    @Override
    public void merged(int level, long first, long last, long bytes) {
      tell("merged " + level, ":" + first + ".." + last);
    }

    @Override
    public void removed(int links) {
      tell("removed", " " + links);
    }

    @Override
    public void lost(SnapshotReason reason) {
      tell("lost " + reason, "");
    }

    @Override
    public void stopped(IOException reason) {
      throw new AssertionError("stopped: " + reason.getMessage() + "; " + log, reason);
    }
  }
}
