// SPDX-License-Identifier: Apache-2.0

/// Disk, time, threads and randomness: the only doors to the world.
module dev.seawall.io {
  requires static transitive org.jspecify;

  exports dev.seawall.io;
  exports dev.seawall.io.objects;
}
