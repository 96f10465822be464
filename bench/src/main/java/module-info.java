// SPDX-License-Identifier: Apache-2.0

/// Measurements.
module dev.seawall.bench {
  requires static org.jspecify;
  requires dev.seawall.sqlite;
  requires dev.seawall.codec;
  requires dev.seawall.wal;
  requires java.sql;
  requires jmh.core;
  requires HdrHistogram;
  requires org.lz4.java;
}
