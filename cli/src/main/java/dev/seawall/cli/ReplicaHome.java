// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.archive.CircuitBreaker;
import dev.seawall.archive.LinkLayout;
import dev.seawall.archive.Replica;
import dev.seawall.archive.Retrier;
import dev.seawall.archive.RetryPolicy;
import dev.seawall.io.Machine;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// An open store with replicas in it, each under its name. Closes the store.
final class ReplicaHome implements AutoCloseable {
  static final String SUFFIX = ".ltx";

  /// What lies beside the levels of a replica: as a replica's name it would be both.
  private static final Set<String> RESERVED = Set.of("ltx", "generations", "epochs", "lock.json");

  private final Machine machine;
  private final ObjectStore store;
  private final String base;
  private final boolean bucket;
  private final Retrier retrier;
  private final String where;

  private ReplicaHome(
      Machine machine,
      ObjectStore store,
      String base,
      boolean bucket,
      RetryPolicy retry,
      String where) {
    this.machine = machine;
    this.store = store;
    this.base = base.isEmpty() ? "" : base + "/";
    this.bucket = bucket;
    this.retrier = new Retrier(machine, retry, CircuitBreaker.withDefaults(machine.time()));
    this.where = where;
  }

  static ReplicaHome inDirectory(
      Machine machine, ObjectStore store, RetryPolicy retry, String where) {
    return new ReplicaHome(machine, store, "", false, retry, where);
  }

  static ReplicaHome inBucket(
      Machine machine, ObjectStore store, String prefix, RetryPolicy retry, String where) {
    return new ReplicaHome(machine, store, prefix, true, retry, where);
  }

  Machine machine() {
    return machine;
  }

  ObjectStore store() {
    return store;
  }

  /// Returns what all keys begin with.
  String base() {
    return base;
  }

  /// Returns what makes calls again.
  Retrier retrier() {
    return retrier;
  }

  /// Returns what people call it.
  String describe() {
    return base.isEmpty() ? store.describe() : store.describe() + "/" + base.replaceAll("/$", "");
  }

  /// Returns the path of a replica in the store.
  String path(String name) {
    return base + name;
  }

  /// Returns a replica as Seawall and Litestream write it in this kind of store.
  Replica replica(String name) {
    return replica(name, bucket);
  }

  /// Returns a replica in a layout of the caller's choice: either is read from any store.
  Replica replica(String name, boolean asInBuckets) {
    return new Replica(machine, store, layout(name, asInBuckets), retrier);
  }

  /// Returns where Seawall and Litestream put a replica in this kind of store.
  LinkLayout layout(String name) {
    return layout(name, bucket);
  }

  private LinkLayout layout(String name, boolean asInBuckets) {
    return asInBuckets
        ? LinkLayout.onS3(path(name), SUFFIX)
        : LinkLayout.inFiles(path(name), SUFFIX);
  }

  /// Returns a name that a new replica may have.
  ///
  /// @throws CommandFailure when it may not
  static String requireName(String name) {
    String why = null;
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      why = "expected a file's name";
    } else if (name.contains("/") || name.contains("\\")) {
      why = "a name has no / or \\";
    } else if (name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      why = "a name has no control characters";
    } else if (RESERVED.contains(name) || name.matches("[0-9a-f]{4}")) {
      why = "replicas keep their own objects under that name";
    } else if (name.length() > 200) {
      why = "a name has at most 200 characters";
    }
    if (why != null) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "replica name '"
              + name.replaceAll("\\p{Cntrl}", "?")
              + "': "
              + why
              + "; NAME=PATH gives the database at PATH another name");
    }
    return name;
  }

  /// Returns the full name of an existing replica: itself, or the only one that is it without its
  /// last extension (`app` is `app.db`).
  ///
  /// @throws CommandFailure when none fits, or several do
  String resolve(String wanted) throws IOException {
    String name = wanted.replaceAll("^/+|/+$", "");
    for (String segment : name.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new CommandFailure(ExitCode.USAGE, "'" + wanted + "' is not the name of a replica");
      }
    }
    if (!list(path(name) + "/", null).isEmpty()) {
      return name;
    }
    List<String> fitting = new ArrayList<>();
    String after = null;
    while (true) {
      List<ObjectInfo> next = list(path(name) + ".", after);
      if (next.isEmpty()) {
        break;
      }
      String rest = next.getFirst().key().text().substring(base.length());
      int end = rest.indexOf('/', name.length());
      String found = end < 0 ? rest : rest.substring(0, end);
      if (end > 0 && found.lastIndexOf('.') == name.length()) {
        fitting.add(found);
      }
      // The character behind '/': the next key that is not below this name.
      after = end < 0 ? next.getFirst().key().text() : base + found + "0";
    }
    if (fitting.size() == 1) {
      return fitting.getFirst();
    }
    throw fitting.isEmpty()
        ? new CommandFailure(
            ExitCode.STORE_NOT_FOUND,
            "no replica named "
                + name
                + " in "
                + describe()
                + "; `seawall list -b "
                + where
                + "` shows what is there")
        : new CommandFailure(
            ExitCode.USAGE,
            "'" + name + "' fits " + String.join(" and ", fitting) + "; name one of them whole");
  }

  private List<ObjectInfo> list(String prefix, @org.jspecify.annotations.Nullable String after)
      throws IOException {
    return retrier.call(() -> store.list(prefix, after, 1));
  }

  @Override
  public void close() {
    store.close();
  }
}
