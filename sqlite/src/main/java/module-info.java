// SPDX-License-Identifier: Apache-2.0

/// LTX files; SQLite's write-ahead log shipped to a replica and restored from it.
module dev.seawall.sqlite {
  requires static org.jspecify;
  requires java.sql;
  requires org.lz4.java;
  requires org.xerial.sqlitejdbc;
  requires transitive dev.seawall.archive;
  requires transitive dev.seawall.io;

  exports dev.seawall.ltx;
  exports dev.seawall.replicate;
}
