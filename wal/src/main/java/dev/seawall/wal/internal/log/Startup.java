// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.log;

import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.IoQueue;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.wal.CodecMissingException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.KeyException;
import dev.seawall.wal.LogLockedException;
import dev.seawall.wal.NotALogException;
import dev.seawall.wal.RecordCodec;
import dev.seawall.wal.RecoveryReport;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.internal.codec.RecordPacker;
import dev.seawall.wal.internal.frame.FormatVersion;
import dev.seawall.wal.internal.frame.FrameKey;
import dev.seawall.wal.internal.frame.LogState;
import dev.seawall.wal.internal.recovery.LogImage;
import dev.seawall.wal.internal.recovery.LogScan;
import dev.seawall.wal.internal.recovery.Recovered;
import dev.seawall.wal.internal.recovery.Recovery;
import dev.seawall.wal.internal.segment.CompressedSegments;
import dev.seawall.wal.internal.segment.Segment;
import dev.seawall.wal.internal.segment.SegmentFiles;
import dev.seawall.wal.internal.segment.SegmentPool;
import dev.seawall.wal.internal.segment.SegmentSet;
import dev.seawall.wal.internal.segment.SidecarIndex;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// From a directory to a recovered log. Stateless.
final class Startup {
  private Startup() {}

  /// A recovered log whose workers do not run yet.
  record Started(
      SegmentPool pool,
      IoQueue queue,
      Recovered recovered,
      SegmentSet segments,
      LogState state,
      RecoveryReport report) {}

  static Started start(
      SegmentFiles files, WalOptions options, Machine machine, SegmentPool.Owner owner)
      throws StorageException, WalException {
    long startedNanos = machine.time().nanoTime();
    if (options.sealedCompression() == WalOptions.SealedCompression.ZSTD
        && !options.codec().map(codec -> codec.knows(RecordCodec.ZSTD)).orElse(false)) {
      throw new CodecMissingException(
          "open "
              + files.directory()
              + ": sealed segments are to be compressed by Zstandard, and no codec that knows it"
              + " was given. Put module seawall-codec beside the log and give Codec.reading() in"
              + " WalOptions.withCodec, or take gzip",
          null);
    }
    IoQueue queue = machine.files().newQueue();
    LogScan scan = new LogScan(files);
    LogImage image = scan.run();
    if (image != null && options.enforce() == WalOptions.Enforce.STRICT) {
      refuseDamage(image);
    }
    refusePlain(files, options, image);
    FrameKey id =
        image == null
            ? new FrameKey(machine.random().nextLong(), machine.random().nextLong(), 0)
            : new FrameKey(image.logIdHigh(), image.logIdLow(), 0);
    long highest = image == null ? files.list().highestNumber() : image.highestSegment();
    long nextBytes = image == null ? options.firstSegmentBytes() : image.tail().fileBytes() * 2;
    SegmentPool pool =
        new SegmentPool(
            files,
            machine,
            queue,
            id,
            highest,
            nextBytes,
            options.segmentBytes(),
            RecordPacker.features(options),
            owner);
    Recovered recovered = null;
    try {
      Recovery recovery = new Recovery(files, machine, pool, queue, startedNanos);
      Recovered found = image == null ? recovery.create(scan.orphans()) : recovery.resume(image);
      SidecarIndex.clean(files, found.segments());
      CompressedSegments.clean(files);
      if (options.appendMode() == WalOptions.AppendMode.MAPPED) {
        pool.startMapping();
        found = found.map(machine.files());
      }
      recovered = found;
    } finally {
      if (recovered == null) {
        pool.close();
        queue.close();
      }
    }
    return new Started(
        pool, queue, recovered, recovered.segments(), recovered.state(), recovered.report());
  }

  /// Nobody who forgets the keys goes on in plain.
  private static void refusePlain(SegmentFiles files, WalOptions options, @Nullable LogImage image)
      throws KeyException {
    boolean encrypted = image != null && (image.tail().features() & FormatVersion.ENCRYPTED) != 0;
    if (encrypted && options.codec().map(RecordCodec::cipher).isEmpty()) {
      throw new KeyException(
          "open "
              + files.directory()
              + " for writing: its records are encrypted, and no keys were given, so new ones would"
              + " not be. Give the keys: `--key-file FILE`, or a codec with keys in"
              + " WalOptions.withCodec; to go on without encryption, give them for reading only:"
              + " Codec.withKeysForReading",
          null);
    }
  }

  private static void refuseDamage(LogImage image) throws CorruptException {
    for (Segment segment : image.sealed()) {
      CorruptException damage = segment.damage();
      if (damage != null) {
        throw damage;
      }
    }
  }

  /// Takes the writer's lock of a directory, which is made when it is missing.
  static DirectoryLock lock(Path directory, Machine machine) throws StorageException, WalException {
    FileStatus status = machine.files().status(directory);
    switch (status.kind()) {
      case MISSING -> machine.files().createDirectories(directory);
      case DIRECTORY -> {}
      case FILE, OTHER ->
          throw new NotALogException(
              "open "
                  + directory
                  + ": expected a directory, found a "
                  + status.kind()
                  + ". Name a directory, or one that does not exist yet",
              null);
    }
    try {
      return machine.files().lock(directory);
    } catch (LockHeldException e) {
      throw new LogLockedException(
          "open "
              + directory
              + " for writing: held by "
              + e.holder()
              + ". Stop that process, or open the log read-only",
          e);
    }
  }
}
