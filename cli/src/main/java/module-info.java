// SPDX-License-Identifier: Apache-2.0

/// The `seawall` command.
module dev.seawall.cli {
  requires static org.jspecify;
  requires dev.seawall.wal;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires tools.jackson.jr.ob;

  opens dev.seawall.cli to
      info.picocli;
}
