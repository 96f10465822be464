// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.store;

import dev.seawall.archive.internal.BlockWriter;
import dev.seawall.archive.internal.Sha256;
import dev.seawall.archive.internal.directory.PrivateFiles;
import dev.seawall.archive.internal.directory.PrivateFiles.Found;
import dev.seawall.archive.internal.directory.Sidecar;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Content in a file of its own, synced, waiting for its name.
final class PartFile implements StagedPut {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final DirectoryObjectStore store;
  private final Machine machine;
  private final PrivateFiles home;
  private final ObjectKey key;
  private final Path path;
  private final Path part;
  private final long bytes;
  private final String hash;
  private final Map<String, String> metadata;
  private boolean over;

  private PartFile(
      DirectoryObjectStore store,
      Machine machine,
      PrivateFiles home,
      ObjectKey key,
      Path path,
      Path part,
      long bytes,
      String hash,
      Map<String, String> metadata) {
    this.store = store;
    this.machine = machine;
    this.home = home;
    this.key = key;
    this.path = path;
    this.part = part;
    this.bytes = bytes;
    this.hash = hash;
    this.metadata = metadata;
  }

  static PartFile write(
      DirectoryObjectStore store,
      Machine machine,
      PrivateFiles home,
      ObjectKey key,
      Path path,
      ObjectContent content,
      Map<String, String> metadata)
      throws IOException {
    Path part = home.newPart();
    MessageDigest digest = Sha256.digest();
    long bytes;
    try (BlockWriter writer = new BlockWriter(store.files(), part);
        InputStream stream = content.open()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        digest.update(buffer, 0, read);
        writer.append(buffer, 0, read);
      }
      bytes = writer.size();
      if (content.bytes().orElse(bytes) != bytes) {
        throw new IOException("promised " + content.bytes() + " bytes, found " + bytes);
      }
      writer.sync();
    } catch (IOException | RuntimeException e) {
      remove(store, part);
      throw e;
    }
    String hash = Sha256.hex(digest);
    Map<String, String> all = new HashMap<>(metadata);
    String told = content.sha256();
    all.put(ObjectMetadata.SHA256, told == null ? hash : told);
    return new PartFile(store, machine, home, key, path, part, bytes, hash, all);
  }

  @Override
  public ObjectInfo publish(PutCondition condition) throws ObjectStoreException {
    if (over) {
      throw new IllegalStateException("the put of " + key + " is over");
    }
    store.requireOpen("put", key.text());
    boolean[] renamed = {false};
    try {
      synchronized (home) {
        try (DirectoryLock _ = home.lock()) {
          return replace(condition, renamed);
        }
      }
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      Effect effect = renamed[0] ? Effect.UNKNOWN : Effect.NOT_DONE;
      over = renamed[0];
      throw store.failed("put", key.text(), effect, e);
    }
  }

  private ObjectInfo replace(PutCondition condition, boolean[] renamed) throws IOException {
    Sidecar.Entry entry =
        new Sidecar.Entry(
            "%016x".formatted(machine.random().nextLong()),
            bytes,
            hash,
            machine.time().wallMillis(),
            metadata);
    List<Sidecar.Entry> entries = new ArrayList<>();
    if (store.files().status(path).kind() == FileStatus.Kind.DIRECTORY) {
      throw new ObjectStoreException(
          "put", key.text(), Kind.INVALID, Effect.NOT_DONE, "other objects lie below it", null);
    }
    Found found = home.open(key);
    if (found != null) {
      found.content().close();
    }
    requireHolds(condition, found);
    if (found != null && found.entry() != null) {
      entries.add(found.entry());
    }
    entries.add(entry);
    home.write(key.lastSegment(), Sidecar.of(entries));
    renamed[0] = true;
    store.files().rename(part, path);
    store.files().syncDirectory(DirectoryObjectStore.parent(path));
    over = true;
    return new ObjectInfo(
        key, bytes, entry.version(), Instant.ofEpochMilli(entry.modifiedMillis()), metadata);
  }

  private void requireHolds(PutCondition condition, @Nullable Found found)
      throws ObjectStoreException {
    String refusal =
        switch (condition) {
          case PutCondition.Always _ -> null;
          case PutCondition.IfAbsent _ -> found == null ? null : "it exists";
          case PutCondition.IfMatch match ->
              found == null
                  ? "it does not exist"
                  : match.version().equals(found.info().version())
                      ? null
                      : "expected version " + match.version() + ", found " + found.info().version();
        };
    if (refusal != null) {
      throw new ObjectStoreException(
          "put", key.text(), Kind.PRECONDITION_FAILED, Effect.NOT_DONE, refusal, null);
    }
  }

  @Override
  public void close() {
    if (!over) {
      over = true;
      remove(store, part);
    }
  }

  private static void remove(DirectoryObjectStore store, Path part) {
    try {
      if (store.files().status(part).isFile()) {
        store.files().delete(part);
      }
    } catch (StorageException _) {
      // The next put sweeps it away in a day; nothing refers to it.
    }
  }
}
