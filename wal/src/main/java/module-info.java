// SPDX-License-Identifier: Apache-2.0

/// The engine.
module dev.seawall.wal {
  requires static org.jspecify;
  requires transitive dev.seawall.io;

  exports dev.seawall.wal;
  exports dev.seawall.wal.inspect;
}
