// SPDX-License-Identifier: Apache-2.0

/// Compression and encryption for logs.
module dev.seawall.codec {
  requires static org.jspecify;
  requires com.github.luben.zstd_jni;
  requires org.lz4.java;
  requires transitive dev.seawall.wal;

  exports dev.seawall.codec;
}
