// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.RetryPolicy;
import dev.seawall.archive.store.DirectoryObjectStore;
import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.SystemMachine;
import dev.seawall.io.objects.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A directory as a store that tells when files were written, as S3 does; a replica in it, and
/// restores from it, on the real machine.
final class RestoreFixture implements AutoCloseable {
  static final RetryPolicy QUICK =
      RetryPolicy.defaults().withMaxAttempts(2).withBaseMillis(1).withMaxDelayMillis(2);

  final Machine machine;
  final Path root;
  final Path output;
  final ObjectStore directory;
  final ObjectStore store;

  RestoreFixture(Path folder) throws IOException {
    machine = SystemMachine.open(Backend.CHANNEL);
    root = Files.createDirectories(folder.resolve("store"));
    output = Files.createDirectories(folder.resolve("out")).resolve("restored.db");
    directory = DirectoryObjectStore.open(machine, root);
    store = new TimedStore(directory, root);
  }

  /// Puts a file below the replica `db` as another program would: not through our store.
  Path put(String key, byte[] bytes) throws IOException {
    Path file = root.resolve("db").resolve(key);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  static RestoreOptions options() {
    return RestoreOptions.defaults().withRetry(QUICK).withParallelism(4);
  }

  Restore from(RestoreOptions options) {
    return Restore.from(machine, store, "db", options);
  }

  Restored restore(RestoreOptions options) throws IOException {
    return from(options).to(output);
  }

  /// Restores what was asked for and returns its bytes.
  byte[] bytes(RestoreTarget target) throws IOException {
    Files.deleteIfExists(output);
    restore(options().withTarget(target).withCheck(IntegrityCheck.FULL));
    return Files.readAllBytes(output);
  }

  @Override
  public void close() throws IOException {
    store.close();
    machine.scheduler().close();
  }
}
