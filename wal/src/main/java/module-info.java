// SPDX-License-Identifier: Apache-2.0

/// The engine.
module dev.seawall.wal {
  // Events are emitted where the flight recorder is, see internal.events.
  requires static jdk.jfr;
  requires static org.jspecify;
  requires transitive dev.seawall.io;

  exports dev.seawall.wal;
  exports dev.seawall.wal.inspect;
}
