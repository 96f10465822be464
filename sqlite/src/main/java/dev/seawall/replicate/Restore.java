// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.Link;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.archive.Retrier;
import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.ltx.LtxCompactor;
import dev.seawall.ltx.LtxDecoder;
import dev.seawall.ltx.LtxException;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.LtxName;
import dev.seawall.replicate.RestoreException.Reason;
import dev.seawall.sqlite.internal.DatabaseCheck;
import dev.seawall.sqlite.internal.JdbcDatabaseCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Brings a database back from a replica: Litestream's, of versions 0.5 and 0.3, and ours. Confined
/// to one thread.
///
/// What a restore is made of, and what a crash leaves behind, is in the package documentation.
public final class Restore {
  private static final int LEAST_PART_BYTES = 1 << 14;
  private static final int MOST_PART_BYTES = 1 << 22;
  private static final int MOST_PLANS_ANEW = 3;
  private static final String WORK_SUFFIX = ".restore";

  private final Machine machine;
  private final ObjectStore store;
  private final String path;
  private final RestoreOptions options;
  private final DatabaseCheck check;
  // Files that turned out to be void.
  private final Set<Link> excluded = new HashSet<>();

  Restore(
      Machine machine,
      ObjectStore store,
      String path,
      RestoreOptions options,
      DatabaseCheck check) {
    this.machine = machine;
    this.store = store;
    this.path = path;
    this.options = options;
    this.check = check;
  }

  /// Prepares a restore; nothing is read yet.
  ///
  /// @param machine where the database is written
  /// @param store where the replica is
  /// @param path of the replica in the store, without `/` at its ends; empty when it is the store's
  ///   root
  public static Restore from(
      Machine machine, ObjectStore store, String path, RestoreOptions options) {
    return new Restore(machine, store, path, options, new JdbcDatabaseCheck());
  }

  /// Says what [#to] would do. Reads listings, and for a time the headers of files.
  ///
  /// @throws RestoreException when it could not be done
  /// @throws IOException when the store fails
  public RestorePreview preview() throws IOException {
    try (Fetchers fetchers = newFetchers()) {
      while (true) {
        Choice choice = choose(fetchers);
        if (!(choice instanceof LtxChoice ltx) || !excluded.addAll(ltx.voids())) {
          return choice.preview();
        }
      }
    }
  }

  /// Restores.
  ///
  /// The database is durable under its name when it returns. When it throws, nothing stands there;
  /// a failure of the very last sync of the directory leaves that open.
  ///
  /// @param output does not exist, nor its `-wal`, `-shm` and `-journal`; its directory does
  /// @throws RestoreException when the replica cannot give what was asked for
  /// @throws IOException when the store or the disk fails
  public Restored to(Path output) throws IOException {
    FileSystem files = machine.files();
    requireNothingAt(output);
    Path work = sibling(output, WORK_SUFFIX);
    boolean kept = false;
    try (Fetchers fetchers = newFetchers()) {
      Restored restored = write(fetchers, work);
      requireSound(work);
      requireNothingAt(output);
      files.rename(work, output);
      kept = true;
      files.syncDirectory(parent(output));
      return restored;
    } catch (LtxException e) {
      Reason reason =
          e.reason() == LtxException.Reason.NOT_CONTIGUOUS ? Reason.GAP : Reason.DAMAGED;
      throw new RestoreException(reason, String.valueOf(e.getMessage()), e);
    } finally {
      if (!kept) {
        remove(work);
      }
    }
  }

  /// Makes the plan anew when one of its files turns out to be void: each time there is one file
  /// less. And when one was removed since it was listed, which happens to what was merged: then the
  /// merged one is listed.
  private Restored write(Fetchers fetchers, Path work) throws IOException {
    int again = 0;
    while (true) {
      try {
        return choose(fetchers).write(fetchers, work);
      } catch (VoidLinkException e) {
        excluded.add(e.file());
      } catch (ObjectStoreException e) {
        boolean anew = e.kind() == Kind.NOT_FOUND && again < MOST_PLANS_ANEW;
        if (!anew) {
          throw e;
        }
        again++;
      }
    }
  }

  private void remove(Path work) {
    try {
      if (machine.files().status(work).isFile()) {
        machine.files().delete(work);
      }
    } catch (StorageException _) {
      // The next restore to this output replaces it; what went wrong before is told.
    }
  }

  /// One way to restore, chosen.
  interface Choice {
    RestorePreview preview();

    /// Writes the database under a working name, durably.
    Restored write(Fetchers fetchers, Path work) throws IOException;
  }

  private Choice choose(Fetchers fetchers) throws IOException {
    Replica replica = replica();
    ReplicaListing listing = ReplicaListing.of(replica);
    boolean hasLtx = !listing.files().isEmpty();
    boolean hasGenerations = !listing.generations().isEmpty();
    if (!hasLtx && !hasGenerations) {
      throw new RestoreException(
          Reason.NO_REPLICA,
          "no replica at "
              + store.describe()
              + " under '"
              + path
              + "': neither LTX files nor"
              + " generations; `seawall list` shows what is there",
          null);
    }
    if (hasGenerations
        && (!hasLtx || options.generation() != null || GenerationPlan.isNewer(listing))) {
      return new GenerationRestore(
          machine, GenerationPlan.choose(listing.generations(), options), options);
    }
    VoidLinks voids = new VoidLinks(replica, listing.others());
    while (true) {
      List<Link> files = listing.files().stream().filter(file -> !excluded.contains(file)).toList();
      Map<Link, Instant> times =
          options.target() instanceof RestoreTarget.Time ? times(fetchers, files) : Map.of();
      try {
        return new LtxChoice(LtxPlan.choose(files, options.target(), times), voids);
      } catch (RestoreException e) {
        // What lies beyond a gap may be what somebody wrote who had lost the replica.
        if (!excluded.addAll(voids.among(files))) {
          throw e;
        }
      }
    }
  }

  // The time a file was made is in its header; a time of 0 says nothing, then the store's counts.
  private Map<Link, Instant> times(Fetchers fetchers, List<Link> files) throws IOException {
    List<Fetchers.Part> parts = new ArrayList<>();
    for (Link file : files) {
      int length = (int) Math.min(file.bytes(), LtxHeader.BYTES);
      parts.add(fetchers.request(file.key(), 0, length, null));
    }
    Map<Link, Instant> times = new HashMap<>();
    for (int i = 0; i < files.size(); i++) {
      Link file = files.get(i);
      byte[] bytes = fetchers.await(parts.get(i));
      LtxHeader header =
          new LtxDecoder(new ByteArrayInputStream(bytes), file.key().text()).header();
      Instant modified = file.modified();
      boolean told = header.timestampMillis() != 0 || modified == null;
      times.put(file, told ? Instant.ofEpochMilli(header.timestampMillis()) : modified);
    }
    return times;
  }

  private final class LtxChoice implements Choice {
    private final LtxPlan plan;
    private final VoidLinks voids;

    LtxChoice(LtxPlan plan, VoidLinks voids) {
      this.plan = plan;
      this.voids = voids;
    }

    Set<Link> voids() throws IOException {
      return voids.among(plan.files());
    }

    @Override
    public RestorePreview preview() {
      return new RestorePreview(
          RestorePreview.Format.LTX,
          plan.files().stream().map(Link::key).toList(),
          plan.files().stream().mapToLong(Link::bytes).sum(),
          plan.txid(),
          plan.time(),
          plan.nextTime());
    }

    @Override
    public Restored write(Fetchers fetchers, Path work) throws IOException {
      int partBytes = partBytes(plan.files(), options.memoryBytes() / 2);
      LocalLinks local = LocalLinks.of(machine, options.spool(), plan.files(), voids);
      List<LtxDecoder> decoders = new ArrayList<>();
      try (Inputs inputs = new Inputs()) {
        for (Link file : plan.files()) {
          InputStream here = local.open(file);
          inputs.add(
              here != null ? here : new RangedInput(fetchers, file.key(), file.bytes(), partBytes));
        }
        // Their first bytes are on the way meanwhile.
        voids.epochs();
        for (int i = 0; i < plan.files().size(); i++) {
          decoders.add(open(inputs.get(i), plan.files().get(i), voids));
        }
        return merge(decoders, work);
      }
    }

    private Restored merge(List<LtxDecoder> decoders, Path work) throws IOException {
      LtxCompactor merged = new LtxCompactor(decoders);
      LtxHeader header = merged.header();
      try (AtomicFile file = AtomicFile.begin(machine.files(), work)) {
        DatabaseWriter database = new DatabaseWriter(file, header.pageSize());
        while (merged.next()) {
          database.page(merged.pageNumber(), merged.page());
        }
        database.extendTo(header.commit());
        file.commit();
      }
      boolean indexesRight = decoders.stream().allMatch(LtxDecoder::indexIsRight);
      return new Restored(preview(), header.pageSize(), header.commit(), indexesRight);
    }
  }

  /// How much is fetched at a time of each file, so that all of them together hold no more than
  /// `memory`: small ones need no more than they are, and leave the rest to the large ones.
  static int partBytes(List<Link> files, long memory) {
    long[] sizes = files.stream().mapToLong(Link::bytes).sorted().toArray();
    long left = memory;
    int smaller = 0;
    while (smaller < sizes.length && sizes[smaller] <= left / (sizes.length - smaller)) {
      left -= sizes[smaller++];
    }
    long share = smaller == sizes.length ? MOST_PART_BYTES : left / (sizes.length - smaller);
    return Math.clamp(share, LEAST_PART_BYTES, MOST_PART_BYTES);
  }

  private static LtxDecoder open(InputStream input, Link file, VoidLinks voids) throws IOException {
    LtxDecoder decoder = new LtxDecoder(input, file.key().text());
    LtxHeader header = decoder.header();
    if (input instanceof RangedInput fetched) {
      voids.requireValid(file, fetched.metadata());
    }
    LtxName name = new LtxName(header.minTxid(), header.maxTxid());
    if (!name.equals(new LtxName(file.first(), file.last()))) {
      throw new LtxException(
          file.key().text(),
          LtxException.Reason.INVALID,
          "its header says " + name + ": the object was renamed or swapped",
          null);
    }
    return decoder;
  }

  private void requireNothingAt(Path output) throws IOException {
    for (String suffix : new String[] {"", "-wal", "-shm", "-journal"}) {
      Path place = sibling(output, suffix);
      if (!machine.files().status(place).isMissing()) {
        throw new RestoreException(
            Reason.OUTPUT_EXISTS,
            place
                + " exists, and a restore overwrites nothing"
                + (suffix.isEmpty() ? "" : "; SQLite would apply it to the restored database")
                + "; move it away or name another output",
            null);
      }
    }
  }

  private void requireSound(Path work) throws IOException {
    if (options.check() == IntegrityCheck.NONE) {
      return;
    }
    List<String> faults;
    try {
      faults = check.run(work, options.check() == IntegrityCheck.FULL);
    } catch (IOException e) {
      throw new RestoreException(Reason.CHECK_FAILED, String.valueOf(e.getMessage()), e);
    }
    if (!faults.isEmpty()) {
      throw new RestoreException(
          Reason.CHECK_FAILED,
          "SQLite finds fault with what was restored: "
              + String.join("; ", faults.subList(0, Math.min(5, faults.size())))
              + "; `--check none` restores it all the same",
          null);
    }
  }

  /// Ownerships lie at the same place in both layouts, so either will do.
  private Replica replica() {
    CircuitBreaker never = new CircuitBreaker(machine.time(), Integer.MAX_VALUE, 1);
    return new Replica(
        machine,
        store,
        LinkLayout.inFiles(path, ".ltx"),
        new Retrier(machine, options.retry(), never));
  }

  private Fetchers newFetchers() {
    return new Fetchers(machine, store, options.retry(), options.parallelism());
  }

  private static Path sibling(Path output, String suffix) {
    return output.resolveSibling(output.getFileName() + suffix);
  }

  private static Path parent(Path output) {
    Path parent = output.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(output + " has no directory");
    }
    return parent;
  }
}
