// SPDX-License-Identifier: Apache-2.0

/// The `seawall` command.
module dev.seawall.cli {
  requires static org.jspecify;
  requires dev.seawall.archive;
  requires dev.seawall.s3;
  requires dev.seawall.sqlite;
  requires dev.seawall.codec;
  requires dev.seawall.wal;
  requires info.picocli;
  requires java.sql;
  requires jdk.httpserver;
  requires me.tongfei.progressbar;
  requires tools.jackson.jr.ob;

  opens dev.seawall.cli to
      info.picocli;
}
