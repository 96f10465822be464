// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Machine;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every verb that works with replicas: where they are.
final class StoreOptions {
  /// What every process of this machine could read in a list of processes.
  private static final Set<String> SECRETS = Set.of("secret-access-key", "session-token");

  @Option(
      names = {"-b", "--bucket"},
      paramLabel = "WHERE",
      required = true,
      description = {
        "Where replicas are: s3://BUCKET/PATH, file:///DIR, a path with a / in it (./replicas), or a"
            + " bucket's bare name."
      })
  private String where = "";

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "The S3 server, when it is not AWS; short for -s endpoint=URL. Default:"
              + " AWS_ENDPOINT_URL_S3.")
  private @Nullable String endpoint;

  @Option(
      names = {"-s", "--store"},
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the S3 store, for example -s region=eu-central-1; docs/cli.md lists the keys."
              + " One that is not known is refused. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--max-retries",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How often a call to the store is made again when that may help. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxRetries;

  @Option(
      names = "--base-delay-ms",
      paramLabel = "MS",
      defaultValue = "100",
      description =
          "Longest pause after the first failure; it doubles, and is drawn at random. Default:"
              + " ${DEFAULT-VALUE}.")
  private long baseDelayMillis;

  @Option(
      names = "--max-delay-ms",
      paramLabel = "MS",
      defaultValue = "30000",
      description = "Longest pause of all. Default: ${DEFAULT-VALUE}.")
  private long maxDelayMillis;

  StoreOptions() {}

  /// Returns when a failed call is made again.
  RetryPolicy retry() {
    if (maxRetries < 0 || maxRetries > 1000) {
      throw new CommandFailure(
          ExitCode.USAGE, "--max-retries " + maxRetries + ": expected 0 to 1000");
    }
    try {
      return RetryPolicy.defaults()
          .withMaxAttempts(maxRetries + 1)
          .withBaseMillis(baseDelayMillis)
          .withMaxDelayMillis(maxDelayMillis);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "retries: " + e.getMessage(), e);
    }
  }

  /// Returns what `-b` says, for messages that show what to type.
  String where() {
    return where;
  }

  /// Opens the store; the machine stays the caller's.
  ///
  /// @throws CommandFailure when the options are wrong
  ReplicaHome open(Session session, Machine machine) throws ObjectStoreException {
    return switch (StoreAddress.parse(where)) {
      case StoreAddress.Directory directory -> {
        refuseSettings();
        yield ReplicaHome.inDirectory(
            machine, DirectoryObjectStore.open(machine, directory.path()), retry(), where);
      }
      case StoreAddress.Bucket bucket ->
          ReplicaHome.inBucket(
              machine, openBucket(session, bucket), bucket.prefix(), retry(), where);
    };
  }

  private ObjectStore openBucket(Session session, StoreAddress.Bucket bucket)
      throws ObjectStoreException {
    Map<String, String> told = new LinkedHashMap<>(bucket.settings());
    told.putAll(settings);
    if (endpoint != null) {
      told.put("endpoint", endpoint);
    }
    for (String key : told.keySet()) {
      if (SECRETS.contains(key)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "'"
                + key
                + "' on the command line can be read by every process of this machine; put it into"
                + " the environment (AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) or a profile");
      }
      if (key.equals("bucket")) {
        throw new CommandFailure(ExitCode.USAGE, "'bucket' is told by -b, not by a setting");
      }
    }
    Map<String, String> all = session.environment().s3Settings();
    all.putAll(told);
    all.put("bucket", bucket.bucket());
    return S3Stores.open(all);
  }

  private void refuseSettings() {
    if (endpoint != null || !settings.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "-b "
              + where
              + " is a directory, and --endpoint and -s are settings of S3; a bucket is"
              + " s3://BUCKET/PATH");
    }
  }
}
