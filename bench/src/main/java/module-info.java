// SPDX-License-Identifier: Apache-2.0

/// Measurements.
module dev.seawall.bench {
  requires static org.jspecify;
  requires dev.seawall.wal;
  requires jmh.core;
  requires HdrHistogram;
}
