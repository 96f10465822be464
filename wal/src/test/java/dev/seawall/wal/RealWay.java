// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal;

import dev.seawall.io.Backend;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;

/// The ways from an append to a real disk.
enum RealWay {
  CHANNEL(Backend.CHANNEL, WalOptions.AppendMode.STAGED),
  DIRECT(Backend.DIRECT, WalOptions.AppendMode.STAGED),
  THREADS(Backend.THREADS, WalOptions.AppendMode.STAGED),
  URING(Backend.URING, WalOptions.AppendMode.STAGED),
  MAPPED(Backend.AUTO, WalOptions.AppendMode.MAPPED);

  private final Backend backend;
  private final WalOptions.AppendMode mode;

  RealWay(Backend backend, WalOptions.AppendMode mode) {
    this.backend = backend;
    this.mode = mode;
  }

  Backend backend() {
    return backend;
  }

  WalOptions of(WalOptions options) {
    return options.withAppendMode(mode);
  }

  /// Skips where a container or an old kernel has it not; the reason is printed.
  void assumeThatItWorks() {
    try {
      SystemMachine.open(backend).scheduler().close();
    } catch (StorageException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  /// Returns the name as statistics have it; `direct` where that is what a machine takes by itself.
  String statistics() {
    return (this == MAPPED ? DIRECT : this).name().toLowerCase(Locale.ROOT);
  }
}
