// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.fuzz;

import dev.seawall.io.StorageException;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.Durability;
import dev.seawall.wal.IndexTruncatedException;
import dev.seawall.wal.Overload;
import dev.seawall.wal.ReadOnlyLog;
import dev.seawall.wal.Visibility;
import dev.seawall.wal.WalException;
import dev.seawall.wal.WalOptions;
import dev.seawall.wal.WalReader;
import dev.seawall.wal.WriteAheadLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A directory of arbitrary files, opened in every way: errors are typed, and what is read is what
/// `Content` allows.
final class FuzzLog {
  static final Path DIRECTORY = Path.of("/data/log");

  static final WalOptions OPTIONS =
      WalOptions.defaults()
          .withSegmentBytes(64 << 10)
          .withFirstSegmentBytes(64 << 10)
          .withWindowBytes(32 << 10)
          .withWindows(2)
          .withMaxPendingAppends(16)
          .withMaxRecordBytes(64 << 10)
          .withOverload(new Overload.Block(Duration.ofMinutes(5)));

  private static final byte[] ADDED = "added".getBytes(StandardCharsets.UTF_8);

  /// Judges a record that was read.
  interface Content {
    void check(long index, byte[] payload);
  }

  private FuzzLog() {}

  /// Opens the files read-only and for writing, and appends when it can.
  ///
  /// @return the machine with the log closed, when all that went well
  static @Nullable SimMachine open(Map<String, byte[]> files, Content content)
      throws InterruptedException {
    SimMachine machine = new SimMachine(Seed.of(1));
    try {
      machine.files().createDirectories(DIRECTORY);
    } catch (StorageException e) {
      throw new AssertionError(e);
    }
    files.forEach((name, bytes) ->
        machine.disk().replaceForeign(DIRECTORY.resolve(name), ByteBuffer.wrap(bytes)));
    try (ReadOnlyLog log = ReadOnlyLog.open(DIRECTORY, OPTIONS, machine.machine())) {
      read(log.firstIndex(), log.reader(log.firstIndex(), Visibility.DURABLE), content);
    } catch (WalException | StorageException _) {
      // Told.
    }
    try (WriteAheadLog log = WriteAheadLog.open(DIRECTORY, OPTIONS, machine.machine())) {
      read(log.firstIndex(), log.reader(log.firstIndex()), content);
      log.append(ADDED, Durability.SYNCED);
      log.append(new byte[9000], Durability.SYNCED);
    } catch (WalException | StorageException _) {
      return null;
    }
    return machine;
  }

  /// Opens, after a loss of power, what [#open] appended to: both records are there, and what
  /// `content` knows in front of them.
  static void openAgain(SimMachine machine, Content content) throws InterruptedException {
    machine.losePower();
    try (WriteAheadLog log = WriteAheadLog.open(DIRECTORY, OPTIONS, machine.machine())) {
      long added = log.lastIndex() - 1;
      read(
          log.firstIndex(),
          log.reader(log.firstIndex()),
          (index, payload) -> {
            if (index < added) {
              content.check(index, payload);
            }
          });
      try (WalReader reader = log.reader(added)) {
        if (!reader.next() || !Arrays.equals(reader.payloadBytes(), ADDED) || !reader.next()) {
          throw new AssertionError("the appended records are gone; the last is " + (added + 1));
        }
      }
    } catch (WalException | StorageException e) {
      throw new AssertionError("what opened once and was appended to does not open again", e);
    }
  }

  /// Reads until the end or a typed error.
  private static void read(long first, WalReader opened, Content content) throws StorageException {
    try (WalReader reader = opened) {
      long expected = first;
      while (reader.next()) {
        if (reader.index() != expected++) {
          throw new AssertionError("record " + reader.index() + ", expected " + (expected - 1));
        }
        content.check(reader.index(), reader.payloadBytes());
      }
    } catch (CorruptException | IndexTruncatedException _) {
      // Told: a damaged range.
    } catch (WalException e) {
      throw new AssertionError("reading ended with " + e, e);
    }
  }
}
