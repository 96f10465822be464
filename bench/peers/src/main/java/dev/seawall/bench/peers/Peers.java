// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Cell.Form;
import dev.seawall.io.Backend;
import dev.seawall.wal.WalOptions.AppendMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The logs that can be compared: name, how to make one, what it stands for in the ratio, what
/// durable means for it, and where a record is that was appended without durability.
enum Peers {
  SEAWALL(Role.SUBJECT, Words.SEAWALL, Words.STAGED),
  SEAWALL_DIRECT(Role.VARIANT, Words.SEAWALL, Words.STAGED),
  SEAWALL_URING(Role.VARIANT, Words.SEAWALL, Words.STAGED),
  SEAWALL_THREADS(Role.VARIANT, Words.SEAWALL, Words.STAGED),
  SEAWALL_CHANNEL(Role.VARIANT, Words.SEAWALL, Words.STAGED),
  SEAWALL_MAPPED(
      Role.VARIANT,
      Words.SEAWALL,
      "in a mapping of the file: what is left is the operating system's, not the process's"),
  CHRONICLE(
      Role.PEER,
      "syncMode(SYNC) and appender.sync(): one msync(MS_SYNC) per append, never shared; no checksum",
      "in a mapping of the file"),
  ARTEMIS_NIO(
      Role.PEER,
      "appendAddRecord(sync=true) waits for write and fdatasync, group commit by TimedBuffer; no checksum",
      Words.QUEUED),
  ARTEMIS_MAPPED(
      Role.PEER,
      "appendAddRecord(sync=true) waits for msync, group commit by TimedBuffer; no checksum",
      Words.QUEUED),
  ARTEMIS_AIO(
      Role.PEER,
      "appendAddRecord(sync=true) waits for a direct write by libaio and fdatasync; no checksum",
      Words.QUEUED),
  ROCKSDB(
      Role.PEER,
      "put with sync: fdatasync of the write-ahead log, shared by the writers of a group; CRC32C per record",
      Words.WRITTEN,
      "RocksDbPeer"),
  JRAFT(
      Role.PEER,
      "RocksDBLogStorage.appendEntry with RaftOptions.sync: a RocksDB put with sync",
      Words.WRITTEN,
      "JRaftPeer"),
  KAFKA(
      Role.PEER,
      "UnifiedLog.appendAsLeader, then flush(false): fsync of the segment, msync of two indexes, not shared; CRC32C per batch",
      Words.WRITTEN,
      "KafkaPeer"),
  BOOKKEEPER(
      Role.PEER,
      "Journal.logAddEntry waits for its callback, behind a fdatasync shared by what was queued; no checksum",
      Words.QUEUED,
      "BookKeeperPeer"),
  RATIS(
      Role.PEER,
      "SegmentedRaftLog.appendEntry waits for its future, behind a fdatasync shared by what was queued; CRC32C per entry",
      Words.QUEUED,
      "RatisPeer"),
  FLOOR_FC(
      Role.FLOOR,
      "FileChannel.write over blocks already on disk, then force(false) shared by whoever waits; CRC32C per record",
      Words.WRITTEN);

  /// What a row is for.
  enum Role {
    /// What is measured.
    SUBJECT,
    /// The subject by another backend: shown beside it.
    VARIANT,
    /// What one would use today: the ratio is to the best of these.
    PEER,
    /// The plainest code or tool that does the same I/O: shows what the machine can do, not in the
    /// ratio.
    FLOOR
  }

  private final Role role;
  private final String durableMeans;
  private final String undurableMeans;
  private final String adapter;

  Peers(Role role, String durableMeans, String undurableMeans) {
    this(role, durableMeans, undurableMeans, "");
  }

  Peers(Role role, String durableMeans, String undurableMeans, String adapter) {
    this.role = role;
    this.durableMeans = durableMeans;
    this.undurableMeans = undurableMeans;
    this.adapter = adapter;
  }

  /// Returns the folder of `bench/peers` that has the adapter and its libraries, or nothing when
  /// they are here.
  String module() {
    return adapter.isEmpty() ? "" : label();
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Role role() {
    return role;
  }

  /// Returns what is true when a durable append returns.
  String durableMeans() {
    return durableMeans;
  }

  /// Returns where the bytes are when an append without durability returns.
  String undurableMeans() {
    return undurableMeans;
  }

  /// Returns the peers of a run that names none.
  static List<Peers> usual() {
    return Arrays.stream(values()).filter(peer -> peer.role != Role.VARIANT).toList();
  }

  /// Returns why the peer cannot do what a cell asks for, or nothing when it can.
  String cannot(Cell cell) {
    return switch (cell.workload()) {
      case "W3A" -> asynchronous() ? "" : "has no asynchronous durable append";
      case "OPEN" ->
          isSeawall() || this == CHRONICLE
              ? ""
              : "reads everything to open, or keeps it in memory; see W5";
      case "STEADY", "FAIR" -> isSeawall() ? "" : "measured for Seawall only";
      default -> "";
    };
  }

  private boolean asynchronous() {
    return switch (this) {
      case CHRONICLE, ROCKSDB, JRAFT, KAFKA, FLOOR_FC -> false;
      default -> true;
    };
  }

  private boolean isSeawall() {
    return role == Role.SUBJECT || role == Role.VARIANT;
  }

  /// Returns whether the peer has two forms: what it does to old segments can be chosen. Of any
  /// other the growing figures stand in both tables.
  boolean recycles() {
    return isSeawall() || this == ROCKSDB || this == FLOOR_FC;
  }

  /// Makes one.
  Peer make(Cell cell) {
    return switch (this) {
      case SEAWALL -> new SeawallPeer(Backend.AUTO, AppendMode.STAGED, cell.form());
      case SEAWALL_DIRECT -> new SeawallPeer(Backend.DIRECT, AppendMode.STAGED, cell.form());
      case SEAWALL_URING -> new SeawallPeer(Backend.URING, AppendMode.STAGED, cell.form());
      case SEAWALL_THREADS -> new SeawallPeer(Backend.THREADS, AppendMode.STAGED, cell.form());
      case SEAWALL_CHANNEL -> new SeawallPeer(Backend.CHANNEL, AppendMode.STAGED, cell.form());
      case SEAWALL_MAPPED -> new SeawallPeer(Backend.AUTO, AppendMode.MAPPED, cell.form());
      case CHRONICLE -> new ChroniclePeer();
      case ARTEMIS_NIO -> new ArtemisPeer(ArtemisPeer.Mode.NIO, Words.ARTEMIS_TIMEOUT_NANOS);
      case ARTEMIS_MAPPED -> new ArtemisPeer(ArtemisPeer.Mode.MAPPED, Words.ARTEMIS_TIMEOUT_NANOS);
      case ARTEMIS_AIO -> new ArtemisPeer(ArtemisPeer.Mode.AIO, Words.ARTEMIS_TIMEOUT_NANOS);
      case ROCKSDB, JRAFT, KAFKA, BOOKKEEPER, RATIS -> byAdapter(cell);
      case FLOOR_FC -> new FloorPeer(floorBytes(cell));
    };
  }

  private Peer byAdapter(Cell cell) {
    String name = Peers.class.getPackageName() + "." + adapter;
    try {
      return Class.forName(name)
          .asSubclass(Peer.class)
          .getConstructor(Cell.class)
          .newInstance(cell);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " is not on the class path of this fork", e);
    }
  }

  /// Batches run through blocks that are already on disk faster than single records do.
  private static long floorBytes(Cell cell) {
    if (cell.form() == Form.GROWING || cell.workload().startsWith("DAMAGE")) {
      return 0;
    }
    return cell.workload().equals("W4") ? 4L << 30 : 512L << 20;
  }

  static Peers of(String label) {
    for (Peers peer : values()) {
      if (peer.label().equals(label)) {
        return peer;
      }
    }
    throw new IllegalArgumentException(
        "no peer \""
            + label
            + "\"; there are "
            + Arrays.stream(values()).map(Peers::label).toList());
  }

  private static final class Words {
    static final String SEAWALL =
        "append at Durability.SYNCED returns when a sync covering the record and everything before it returned; CRC32C per frame";
    static final String STAGED =
        "in staging memory of the process; written within writeOutDelay, 5 ms";
    static final String QUEUED = "in a queue of the process";
    static final String WRITTEN = "written to the file";

    /// About what one fdatasync of 4 KiB takes on the machine of facts/peers.md; `artemis create`
    /// measures it the same way.
    static final int ARTEMIS_TIMEOUT_NANOS =
        Integer.getInteger("bench.artemisTimeoutNanos", 120_000);

    private Words() {}
  }
}
