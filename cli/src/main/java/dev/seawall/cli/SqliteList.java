// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.ReplicaCatalog.Contents;
import dev.seawall.cli.ReplicaCatalog.Entry;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall list`.
@Command(
    name = "list",
    description = {
      "List the replicas in a store; with NAME the links of one, each a transaction that --txid can"
          + " name.",
      "It reads names only: `seawall verify` reads what is in them."
    },
    footer = {
      "",
      "Examples:",
      "  seawall list -b s3://backups/prod",
      "  seawall list app.db -b ./replicas          what can be restored",
      "  seawall list -b ./replicas --json | jq -r .name"
    })
final class SqliteList implements Callable<Integer> {
  private static final String ROW = "%-32s %-12s %10s %9s %9s %11s  %s";
  private static final String LINK = "%-9s %10s %10s %11s  %-20s %s";

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "One replica, link by link.")
  private @Nullable String name;

  @Mixin private StoreOptions storeOptions;

  SqliteList() {}

  @Override
  public Integer call() throws IOException {
    Session session = Session.of(spec);
    try (OpenMachine machine = OpenMachine.ofShortVerbs();
        ReplicaHome home = storeOptions.open(session, machine.machine())) {
      if (name == null) {
        all(session, home);
      } else {
        one(session.output(), home, home.resolve(name));
      }
    }
    return ExitCode.OK.status();
  }

  private static void all(Session session, ReplicaHome home) throws IOException {
    Map<String, Contents> replicas = ReplicaCatalog.read(home, "");
    Output output = session.output();
    if (replicas.isEmpty()) {
      session.note("no replica in " + home.describe());
      return;
    }
    output.text(
        String.format(
            ROW, "name", "format", "txid", "objects", "snapshots", "size", "newest object"));
    for (Map.Entry<String, Contents> each : replicas.entrySet()) {
      Contents contents = each.getValue();
      output.text(
          String.format(
              Locale.ROOT,
              ROW,
              each.getKey(),
              contents.format(),
              contents.links().isEmpty() ? "-" : contents.txid(),
              contents.objects(),
              contents.snapshots(),
              DemoReport.bytes(contents.bytes()),
              time(contents.newest())));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", each.getKey());
      fields.put("format", contents.format());
      fields.put("txid", contents.txid());
      fields.put("objects", contents.objects());
      fields.put("incrementals", contents.links().size() - contents.snapshots());
      fields.put("snapshots", contents.snapshots());
      fields.put("bytes", contents.bytes());
      fields.put("oldest", PointInTime.text(contents.oldest()));
      fields.put("newest", PointInTime.text(contents.newest()));
      output.json(fields);
    }
  }

  private static void one(Output output, ReplicaHome home, String replica) throws IOException {
    Contents contents = ReplicaCatalog.readOne(home, replica);
    if (!contents.links().isEmpty()) {
      output.text(
          String.format(LINK, "level", "from txid", "to txid", "size", "stored at", "object"));
    }
    for (Entry link : contents.links()) {
      output.text(
          String.format(
              Locale.ROOT,
              LINK,
              link.isSnapshot() ? "snapshot" : link.level(),
              link.first(),
              link.last(),
              DemoReport.bytes(link.info().bytes()),
              time(link.info().modified()),
              link.info().key()));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("replica", replica);
      fields.put("level", link.level());
      fields.put("snapshot", link.isSnapshot());
      fields.put("firstTxid", link.first());
      fields.put("lastTxid", link.last());
      fields.put("bytes", link.info().bytes());
      fields.put("stored", PointInTime.text(link.info().modified()));
      fields.put("key", link.info().key().text());
      output.json(fields);
    }
    for (Map.Entry<String, Integer> generation : contents.generations().entrySet()) {
      output.text(
          "generation "
              + generation.getKey()
              + " of Litestream 0.3: "
              + generation.getValue()
              + " objects");
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("replica", replica);
      fields.put("generation", generation.getKey());
      fields.put("objects", generation.getValue());
      output.json(fields);
    }
  }

  private static String time(@Nullable Instant time) {
    return time == null ? "-" : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
