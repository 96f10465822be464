// SPDX-License-Identifier: Apache-2.0

/// The doors of `io`, simulated.
module dev.seawall.testkit {
  requires static org.jspecify;
  requires transitive dev.seawall.io;

  exports dev.seawall.testkit;
}
