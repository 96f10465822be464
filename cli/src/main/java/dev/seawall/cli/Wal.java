// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import picocli.CommandLine.Command;

/// `seawall wal`: the verbs for logs.
@Command(
    name = "wal",
    description = "Work with a log in a directory.",
    subcommands = {
      WalAppend.class,
      WalCat.class,
      WalTail.class,
      WalInspect.class,
      WalVerify.class,
      WalSalvage.class,
      WalTruncate.class
    },
    footer = {
      "",
      "What only reads (cat, tail, inspect, verify) takes no lock and changes no byte: it works beside a",
      "running writer.",
      "",
      "Examples:",
      "  seq 1000 | seawall wal append ./log > indexes   append 1000 records",
      "  seawall wal cat ./log --from 10 --to 20         print records 10 to 20",
      "  seawall wal tail ./log -f                       follow",
      "  seawall wal verify ./log                        check every byte"
    })
final class Wal {
  Wal() {}
}
