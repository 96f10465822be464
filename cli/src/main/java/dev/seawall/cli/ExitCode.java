// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.archive.ArchiveException;
import dev.seawall.archive.ChainDamagedException;
import dev.seawall.archive.ChainGapException;
import dev.seawall.archive.ForeignWriterException;
import dev.seawall.archive.LeaseLostException;
import dev.seawall.archive.LinkStoreFullException;
import dev.seawall.archive.OtherReplicaException;
import dev.seawall.archive.ReplicaEmptyException;
import dev.seawall.io.DiskFullException;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.ltx.LtxException;
import dev.seawall.replicate.RestoreException;
import dev.seawall.wal.CodecMissingException;
import dev.seawall.wal.CorruptException;
import dev.seawall.wal.KeyException;
import dev.seawall.wal.LogFullException;
import dev.seawall.wal.LogLockedException;
import dev.seawall.wal.NotALogException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/// How the command ends: the only place where an exit status is given a number.
public enum ExitCode {
  OK(0, "ok"),
  GENERAL(1, "general failure"),
  USAGE(2, "configuration or usage; also: no log where one was expected, a key is missing"),
  DATABASE(3, "database missing, corrupt, locked"),
  STORE_CREDENTIALS(4, "store: credentials"),
  STORE_UNREACHABLE(5, "store: unreachable"),
  STORE_NOT_FOUND(6, "store: bucket or replica not found"),
  DAMAGE(7, "checksum mismatch, damage found"),
  REPLICA_INCONSISTENT(8, "replica inconsistent (gap, manifest)"),
  LOG_CORRUPT(9, "WAL or log corrupt"),
  DISK_FULL(10, "disk full"),
  HELD(11, "held by another owner"),
  INTERRUPTED(130, "interrupted");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  /// Returns the process's exit status.
  public int status() {
    return status;
  }

  /// Returns what it tells a script, in a phrase.
  public String meaning() {
    return meaning;
  }

  /// Returns how the command ends when this was thrown. The first cause that says more than
  /// "general" decides.
  static ExitCode of(Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 16; depth++) {
      ExitCode code = ofOne(at);
      if (code != null) {
        return code;
      }
      at = at.getCause();
    }
    return GENERAL;
  }

  private static @Nullable ExitCode ofOne(Throwable thrown) {
    return switch (thrown) {
      case CommandFailure failure -> failure.exitCode();
      case CorruptException _ -> LOG_CORRUPT;
      case LogLockedException _ -> HELD;
      case LockHeldException _ -> HELD;
      case LogFullException _ -> DISK_FULL;
      case DiskFullException _ -> DISK_FULL;
      case NotALogException _ -> USAGE;
      case KeyException _ -> USAGE;
      case CodecMissingException _ -> USAGE;
      case ParameterException _ -> USAGE;
      case InterruptedException _ -> INTERRUPTED;
      case ObjectStoreException e -> ofStore(e.kind());
      case RestoreException e -> ofRestore(e.reason());
      case LtxException _ -> DAMAGE;
      case ArchiveException e -> ofArchive(e);
      default -> null;
    };
  }

  private static ExitCode ofStore(ObjectStoreException.Kind kind) {
    return switch (kind) {
      case DENIED -> STORE_CREDENTIALS;
      case UNAVAILABLE, THROTTLED -> STORE_UNREACHABLE;
      case STORE_NOT_FOUND, NOT_FOUND -> STORE_NOT_FOUND;
      case DAMAGED -> DAMAGE;
      case FULL -> DISK_FULL;
      case PRECONDITION_FAILED -> HELD;
      case INVALID -> USAGE;
      case CLOSED -> GENERAL;
    };
  }

  private static ExitCode ofRestore(RestoreException.Reason reason) {
    return switch (reason) {
      case OUTPUT_EXISTS -> USAGE;
      case NO_REPLICA, NOT_REACHED -> STORE_NOT_FOUND;
      case GAP -> REPLICA_INCONSISTENT;
      case DAMAGED, CHECK_FAILED -> DAMAGE;
    };
  }

  private static ExitCode ofArchive(ArchiveException failure) {
    return switch (failure) {
      case ChainGapException _ -> REPLICA_INCONSISTENT;
      case ChainDamagedException _ -> DAMAGE;
      case ReplicaEmptyException _ -> STORE_NOT_FOUND;
      case ForeignWriterException _ -> HELD;
      case LeaseLostException _ -> HELD;
      case LinkStoreFullException _ -> DISK_FULL;
      case OtherReplicaException _ -> USAGE;
      default -> GENERAL;
    };
  }

  /// Returns the table for `--help`.
  static Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      table.put(" " + code.status, code.meaning);
    }
    return table;
  }
}
