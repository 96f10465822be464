// SPDX-License-Identifier: Apache-2.0

/// Chains of links and the stores they are shipped to.
module dev.seawall.archive {
  requires static org.jspecify;
  requires tools.jackson.jr.ob;
  requires transitive dev.seawall.io;

  exports dev.seawall.archive;
  exports dev.seawall.archive.store;
}
