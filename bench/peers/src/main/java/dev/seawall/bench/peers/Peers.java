// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.util.List;

/// The logs that can be compared: name, how to make one, what it stands for in the ratio, what
/// durable means for it.
enum Peers {
  SEAWALL(
      "seawall",
      Role.SUBJECT,
      "append at Durability.SYNCED returns when a sync covering the record and everything before it returned; CRC32C per frame"),
  CHRONICLE(
      "chronicle",
      Role.PEER,
      "syncMode(SYNC) and appender.sync(): one msync(MS_SYNC) per append, never shared; no checksum"),
  ARTEMIS_NIO(
      "artemis_nio",
      Role.PEER,
      "appendAddRecord(sync=true) waits for write and fdatasync, group commit by TimedBuffer; no checksum"),
  ARTEMIS_MAPPED(
      "artemis_mapped",
      Role.PEER,
      "appendAddRecord(sync=true) waits for msync, group commit by TimedBuffer; no checksum"),
  ARTEMIS_AIO(
      "artemis_aio",
      Role.PEER,
      "appendAddRecord(sync=true) waits for a direct write by libaio and fdatasync; no checksum"),
  FLOOR_FC(
      "floor_fc",
      Role.FLOOR,
      "FileChannel.write over blocks already on disk, then force(false) shared by whoever waits; CRC32C per record");

  /// What a row is for.
  enum Role {
    /// What is measured.
    SUBJECT,
    /// What one would use today: the ratio is to the best of these.
    PEER,
    /// The plainest code or tool that does the same I/O: shows what the machine can do, not in the
    /// ratio.
    FLOOR
  }

  private final String label;
  private final Role role;
  private final String durableMeans;

  Peers(String label, Role role, String durableMeans) {
    this.label = label;
    this.role = role;
    this.durableMeans = durableMeans;
  }

  String label() {
    return label;
  }

  Role role() {
    return role;
  }

  String durableMeans() {
    return durableMeans;
  }

  /// Returns whether the peer has what a cell needs.
  boolean canDo(Cell cell) {
    return !cell.workload().equals("W3A") || (this != CHRONICLE && this != FLOOR_FC);
  }

  Peer make() {
    return switch (this) {
      case SEAWALL -> new SeawallPeer();
      case CHRONICLE -> new ChroniclePeer();
      case ARTEMIS_NIO -> new ArtemisPeer(ArtemisPeer.Mode.NIO, Constants.ARTEMIS_TIMEOUT_NANOS);
      case ARTEMIS_MAPPED ->
          new ArtemisPeer(ArtemisPeer.Mode.MAPPED, Constants.ARTEMIS_TIMEOUT_NANOS);
      case ARTEMIS_AIO -> new ArtemisPeer(ArtemisPeer.Mode.AIO, Constants.ARTEMIS_TIMEOUT_NANOS);
      case FLOOR_FC -> new FloorPeer(Constants.FLOOR_ZEROED_BYTES);
    };
  }

  static Peers of(String label) {
    for (Peers peer : values()) {
      if (peer.label.equals(label)) {
        return peer;
      }
    }
    throw new IllegalArgumentException(
        "no peer \""
            + label
            + "\"; there are "
            + List.of(values()).stream().map(Peers::label).toList());
  }

  private static final class Constants {
    /// About what one fdatasync of 4 KiB takes on the machine of facts/peers.md; `artemis create`
    /// measures it the same way.
    static final int ARTEMIS_TIMEOUT_NANOS =
        Integer.getInteger("bench.artemisTimeoutNanos", 120_000);

    static final long FLOOR_ZEROED_BYTES = Long.getLong("bench.floorZeroedBytes", 512L << 20);

    private Constants() {}
  }
}
