// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.archive.ChainVerifier;
import dev.seawall.cli.ReplicaCatalog.Contents;
import dev.seawall.cli.ReplicaCatalog.Entry;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.ltx.LtxDecoder;
import dev.seawall.ltx.LtxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `seawall verify`.
@Command(
    name = "verify",
    description = {
      "Read a whole replica and say what is wrong with it: every transaction is covered from the first"
          + " on, every file decodes to its end with the right checksums and has the SHA-256 it was stored"
          + " with, the hash chain holds.",
      "Status 0: it can be restored to its end. Status 7: a file is damaged. Status 8: links are missing."
          + " Status 6: there is no replica, or none with a link in it: nothing was verified."
    },
    footer = {
      "",
      "Examples:",
      "  seawall verify app.db -b s3://backups/prod",
      "  seawall verify app.db -b s3://backups/prod --marks     names and marks only: cheap, every hour",
      "  seawall verify app.db -b ./replicas --json | jq .problems"
    })
final class SqliteVerify implements Callable<Integer> {
  private static final int SHOWN = 50;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description =
          "The replica: the database's file name; without its extension while only one fits.")
  private String name;

  @Mixin private StoreOptions storeOptions;

  @Option(
      names = "--marks",
      description = "Do not read the files: names, lengths and the hash chain only.")
  private boolean marksOnly;

  SqliteVerify() {}

  @Override
  public Integer call() throws IOException {
    Session session = Session.of(spec);
    try (OpenMachine machine = OpenMachine.ofShortVerbs();
        ReplicaHome home = storeOptions.open(session, machine.machine())) {
      String replica = home.resolve(name);
      Contents contents = ReplicaCatalog.readOne(home, replica);
      if (contents.links().isEmpty()) {
        throw new CommandFailure(
            ExitCode.USAGE,
            replica
                + " is a replica of Litestream 0.3, whose files have nothing to verify link by link;"
                + " `seawall restore "
                + replica
                + " -b "
                + storeOptions.where()
                + " -o COPY --check full` proves it");
      }
      boolean inBucketLayout = contents.links().getFirst().inBucketLayout();
      ChainVerifier.Report chain =
          new ChainVerifier(home.replica(replica, inBucketLayout))
              .verify(ChainVerifier.Depth.MARKS);
      List<String> damage = new ArrayList<>();
      if (!marksOnly) {
        readAll(session, home, contents, damage);
      }
      return report(session.output(), replica, contents, chain, damage).status();
    }
  }

  private static void readAll(
      Session session, ReplicaHome home, Contents contents, List<String> damage)
      throws IOException {
    long[] done = {0};
    try (Progress progress = Progress.ofBytes(session, "verify", contents.bytes())) {
      for (Entry link : contents.links()) {
        String problem =
            problem(
                home,
                link,
                bytes -> {
                  done[0] += bytes;
                  progress.to(done[0]);
                });
        if (problem != null) {
          damage.add(problem);
        }
      }
    }
  }

  private static @Nullable String problem(
      ReplicaHome home, Entry link, java.util.function.LongConsumer listener) throws IOException {
    String key = link.info().key().text();
    ReplicaStream stream =
        new ReplicaStream(home, link.info().key(), link.info().bytes(), listener);
    String fault = null;
    try {
      LtxDecoder decoder = new LtxDecoder(stream, key);
      if (decoder.header().minTxid() != link.first() || decoder.header().maxTxid() != link.last()) {
        fault =
            key
                + ": its header says transactions "
                + decoder.header().minTxid()
                + " to "
                + decoder.header().maxTxid();
      }
      while (decoder.next()) {}
      decoder.finish();
    } catch (LtxException e) {
      fault = String.valueOf(e.getMessage());
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return key + ": it was removed while the replica was being read";
      }
      if (e.kind() != Kind.DAMAGED) {
        throw e;
      }
      return e.getMessage();
    }
    String found = stream.finish();
    String expected = stream.expectedHash();
    if (expected != null && !expected.equals(found)) {
      return key
          + ": expected SHA-256 "
          + expected
          + ", computed "
          + found
          + (fault == null ? "" : "; " + fault);
    }
    return fault;
  }

  private ExitCode report(
      Output output,
      String replica,
      Contents contents,
      ChainVerifier.Report chain,
      List<String> damage)
      throws IOException {
    boolean good = chain.isGood() && damage.isEmpty();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("replica", replica);
    fields.put("good", good);
    fields.put("links", contents.links().size());
    fields.put("bytes", contents.bytes());
    fields.put("restorableTxid", chain.last());
    fields.put("lastTxid", contents.txid());
    fields.put("content", !marksOnly);
    fields.put("damage", damage);
    fields.put("problems", chain.problems());
    fields.put("notices", chain.notices());
    output.json(fields);
    some(output, "damaged: ", damage);
    some(output, "inconsistent: ", chain.problems());
    some(output, "notice: ", chain.notices());
    output.text(
        String.format(
            Locale.ROOT,
            "%s: %s. %,d links, %s%s; can be restored up to transaction %d of %d",
            replica,
            good ? "whole" : damage.isEmpty() ? "INCONSISTENT" : "DAMAGED",
            contents.links().size(),
            DemoReport.bytes(contents.bytes()),
            marksOnly ? ", only names and marks were read" : " read",
            chain.last(),
            contents.txid()));
    if (!damage.isEmpty()) {
      return ExitCode.DAMAGE;
    }
    return chain.isGood() ? ExitCode.OK : ExitCode.REPLICA_INCONSISTENT;
  }

  private static void some(Output output, String head, List<String> lines) throws IOException {
    for (String line : lines.subList(0, Math.min(SHOWN, lines.size()))) {
      output.text(head + line);
    }
    if (lines.size() > SHOWN) {
      output.text("… and " + (lines.size() - SHOWN) + " more of this kind; --json has them all");
    }
  }
}
