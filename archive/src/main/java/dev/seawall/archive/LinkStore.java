// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.BlockWriter;
import dev.seawall.archive.internal.link.LinkFooter;
import dev.seawall.archive.internal.link.SpoolPosition;
import dev.seawall.io.AtomicFile;
import dev.seawall.io.DirectoryLock;
import dev.seawall.io.FileStatus;
import dev.seawall.io.FileSystem;
import dev.seawall.io.LockHeldException;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectMetadata;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The local queue of links: what is in it is promised, durable and without a hole, until it is in
/// the replica. Thread-safe; one producer, one uploader.
///
/// A directory of its own, locked for as long as the store is open. Formats and crash cases are in
/// the package documentation of `dev.seawall.archive.internal.link`.
public final class LinkStore implements AutoCloseable {
  private static final String POSITION = "position";
  private static final String TEMPORARY = "link" + AtomicFile.TEMPORARY_SUFFIX;

  private final FileSystem files;
  private final Path directory;
  private final LinkStoreOptions options;
  private final DirectoryLock lock;
  private final String instance;

  // All guarded by this. Oldest first: kept ones, which are in the replica, then pending ones.
  private final Deque<StoredLink> kept = new ArrayDeque<>();
  private final Deque<StoredLink> pending = new ArrayDeque<>();
  private @Nullable ChainEnd shipped;
  private Map<String, String> shippedMetadata = Map.of();
  private boolean shippedSaved = true;
  private long pendingBytes;
  private long keptBytes;
  private boolean writing;
  private @Nullable StorageException failure;
  private boolean closed;
  private Runnable whenCommitted = () -> {};

  private LinkStore(
      FileSystem files, Path directory, LinkStoreOptions options, DirectoryLock lock, String id) {
    this.files = files;
    this.directory = directory;
    this.options = options;
    this.lock = lock;
    this.instance = id;
  }

  /// Opens or creates the queue in a directory.
  ///
  /// @throws LockHeldException when another owner holds it
  /// @throws ChainDamagedException when a promised link is damaged, or one is missing between
  ///   others; the message names it
  public static LinkStore open(Machine machine, Path directory, LinkStoreOptions options)
      throws IOException {
    FileSystem files = machine.files();
    files.createDirectories(directory);
    DirectoryLock lock = files.lock(directory);
    try {
      AtomicFile.deleteTemporaries(files, directory);
      // What is seen is made durable before anybody is told of it.
      files.syncDirectory(directory);
      String id = SpoolNames.instance(machine, directory);
      LinkStore store = new LinkStore(files, directory, options, lock, id);
      store.load();
      return store;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /// Says which replica the links are for: a queue serves one. One that has served another, and has
  /// nothing waiting for it, forgets everything and begins anew.
  ///
  /// @param replica what people call it
  /// @return whether it has forgotten another one
  /// @throws OtherReplicaException when links wait for another one
  public synchronized boolean serve(String replica) throws StorageException, OtherReplicaException {
    requireUsable();
    String before = SpoolNames.replica(files, directory);
    if (replica.equals(before)) {
      return false;
    }
    if (before != null) {
      if (!pending.isEmpty()) {
        throw new OtherReplicaException(
            pending.size()
                + " links wait in "
                + directory
                + " for "
                + before
                + ", not for "
                + replica
                + "; ship them there first, or move the directory away; if both names are of one"
                + " replica, remove the file `replica` there");
      }
      forget();
    }
    SpoolNames.writeReplica(files, directory, replica);
    return before != null;
  }

  /// Links first and the position last: without it they would be links that wait.
  private void forget() throws StorageException {
    while (!kept.isEmpty()) {
      files.delete(kept.getFirst().path());
      kept.removeFirst();
    }
    keptBytes = 0;
    files.syncDirectory(directory);
    if (files.status(directory.resolve(POSITION)).isFile()) {
      files.delete(directory.resolve(POSITION));
      files.syncDirectory(directory);
    }
    shipped = null;
    shippedMetadata = Map.of();
    shippedSaved = true;
  }

  private synchronized void load() throws IOException {
    shipped = position();
    List<String> names = new ArrayList<>();
    for (String name : files.list(directory)) {
      if (name.endsWith(LinkFile.SUFFIX)) {
        names.add(name);
      }
    }
    // The numbers have sixteen digits each: the order of names is the order of links.
    names.sort(null);
    StoredLink before = null;
    for (String name : names) {
      StoredLink link = LinkFile.read(files, directory.resolve(name), name);
      boolean inReplica = shipped != null && link.last() <= shipped.last();
      if (before != null && link.first() != before.last() + 1) {
        if (shipped == null || link.first() - 1 > shipped.last()) {
          throw new ChainDamagedException(
              "links "
                  + (before.last() + 1)
                  + ".."
                  + (link.first() - 1)
                  + " are missing from "
                  + directory
                  + " between "
                  + before.range()
                  + " and "
                  + link.range()
                  + "; move the directory away and take a new base");
        }
        // Removals of shipped links were lost with the power, some of them.
        while (!kept.isEmpty()) {
          files.delete(kept.removeFirst().path());
        }
        keptBytes = 0;
      }
      before = link;
      if (inReplica) {
        kept.add(link);
        keptBytes += link.bytes();
      } else {
        pending.add(link);
        pendingBytes += link.bytes();
      }
    }
    if (shipped != null && !pending.isEmpty() && pending.getFirst().first() != shipped.last() + 1) {
      throw new ChainDamagedException(
          "the replica has links up to "
              + shipped.last()
              + ", and the first one waiting in "
              + directory
              + " is "
              + pending.getFirst().range());
    }
    trim();
  }

  private @Nullable ChainEnd position() throws StorageException {
    Path path = directory.resolve(POSITION);
    FileStatus status = files.status(path);
    if (!status.isFile() || status.bytes() > SpoolPosition.MOST_BYTES) {
      return null;
    }
    SpoolPosition found =
        SpoolPosition.decode(
            AtomicFile.read(files, path, SpoolPosition.MOST_BYTES).toArray(ValueLayout.JAVA_BYTE));
    if (found == null) {
      return null;
    }
    shippedMetadata = found.metadata();
    return new ChainEnd(found.first(), found.last(), found.post());
  }

  /// Reads which links are in a directory, without its lock and without a change: beside its owner,
  /// who may remove any of them at any time. What is damaged, or being written, is left out.
  public static List<StoredLink> read(Machine machine, Path directory) throws StorageException {
    List<StoredLink> found = new ArrayList<>();
    if (machine.files().status(directory).isMissing()) {
      return found;
    }
    List<String> names = new ArrayList<>(machine.files().list(directory));
    names.sort(null);
    for (String name : names) {
      if (name.endsWith(LinkFile.SUFFIX)) {
        try {
          found.add(LinkFile.read(machine.files(), directory.resolve(name), name));
        } catch (IOException _) {
          // Who wants it fetches it.
        }
      }
    }
    return found;
  }

  /// Returns the content of a link that [#read] has found; its hash is checked while it is read.
  public static ObjectContent content(Machine machine, StoredLink link) {
    return new LinkContent(machine.files(), link);
  }

  /// Returns 16 hexadecimal digits that name this directory for good.
  public String instance() {
    return instance;
  }

  /// Returns the directory.
  public Path directory() {
    return directory;
  }

  /// Runs `action` after every commit, on the producer's thread; one action at a time.
  public synchronized void onCommit(Runnable action) {
    whenCommitted = action;
  }

  /// Returns the newest link, waiting or shipped; null when nothing is known.
  public synchronized @Nullable ChainEnd end() {
    if (pending.isEmpty()) {
      return shipped;
    }
    StoredLink last = pending.getLast();
    return new ChainEnd(last.first(), last.last(), last.post());
  }

  /// Returns the metadata of the newest link, also when it was shipped and its file is gone; empty
  /// when nothing is known.
  public synchronized Map<String, String> endMetadata() {
    return pending.isEmpty() ? shippedMetadata : pending.getLast().metadata();
  }

  /// Returns the newest link that is known to be in the replica; null when none is.
  public synchronized @Nullable ChainEnd shipped() {
    return shipped;
  }

  /// Returns links that wait, oldest first, at most `limit`.
  public synchronized List<StoredLink> pending(int limit) {
    return pending.stream().limit(limit).toList();
  }

  /// Returns links that are here, shipped ones that are kept included, oldest first.
  public synchronized List<StoredLink> links() {
    List<StoredLink> all = new ArrayList<>(kept);
    all.addAll(pending);
    return all;
  }

  /// Returns how many links wait.
  public synchronized int pendingLinks() {
    return pending.size();
  }

  /// Returns how many bytes of content wait.
  public synchronized long pendingBytes() {
    return pendingBytes;
  }

  /// Tells an empty store where the replica's chain ends: the next link is a base that follows it.
  ///
  /// @throws IllegalStateException when the store knows an end already
  public synchronized void adopt(ChainEnd end) throws StorageException {
    requireUsable();
    if (end() != null) {
      throw new IllegalStateException("the chain goes on from " + end() + ", not from " + end);
    }
    shipped = end;
    shippedSaved = false;
    save();
  }

  /// Begins the next link.
  ///
  /// @param first must follow [#end]; anything when nothing is known, and then `kind` is BASE
  /// @throws LinkStoreFullException when too much waits
  /// @throws IllegalStateException when a link is being written, or the kind or number is wrong
  public synchronized LinkWriter begin(LinkKind kind, long first)
      throws StorageException, LinkStoreFullException {
    requireUsable();
    ChainEnd end = end();
    if (writing) {
      throw new IllegalStateException("another link is being written");
    }
    if (end == null ? kind != LinkKind.BASE || first < 1 : first != end.last() + 1) {
      throw new IllegalStateException(
          "a " + kind + " from " + first + " does not follow " + (end == null ? "nothing" : end));
    }
    if (pendingBytes >= options.maxPendingBytes()) {
      throw new LinkStoreFullException(
          pending.size()
              + " links of "
              + pendingBytes
              + " bytes wait in "
              + directory
              + " to be shipped, the limit is "
              + options.maxPendingBytes()
              + "; is the replica reachable?");
    }
    LinkWriter writer =
        new LinkWriter(this, kind, first, new BlockWriter(files, directory.resolve(TEMPORARY)));
    writing = true;
    return writer;
  }

  StoredLink commit(
      BlockWriter file,
      LinkKind kind,
      long first,
      long last,
      String sha256,
      Map<String, String> metadata)
      throws StorageException {
    StoredLink link;
    Runnable told;
    synchronized (this) {
      requireUsable();
      boolean named = false;
      try (file) {
        ChainEnd end = end();
        String pre = end == null ? ChainHash.GENESIS : end.post();
        String post = ChainHash.post(pre, sha256);
        Map<String, String> normal = ObjectMetadata.normalised(metadata);
        byte[] attributes = LinkFooter.attributes(normal);
        LinkFooter footer =
            new LinkFooter(
                kind == LinkKind.BASE,
                first,
                last,
                file.size(),
                attributes.length,
                sha256,
                pre,
                post);
        Path path = directory.resolve(LinkFile.name(first, last));
        file.append(attributes, 0, attributes.length);
        byte[] end192 = footer.encode(attributes);
        file.append(end192, 0, end192.length);
        file.sync();
        named = true;
        files.rename(directory.resolve(TEMPORARY), path);
        files.syncDirectory(directory);
        link = LinkFile.link(footer, normal, path);
      } catch (StorageException e) {
        if (named) {
          failure = e;
        } else {
          // A temporary that never got its name: nothing was promised, and nothing will be.
          giveUp(file);
        }
        throw e;
      } finally {
        writing = false;
      }
      pending.add(link);
      pendingBytes += link.bytes();
      told = whenCommitted;
    }
    told.run();
    return link;
  }

  synchronized void giveUp(BlockWriter file) {
    file.close();
    writing = false;
    if (closed || failure != null) {
      return;
    }
    try {
      files.delete(directory.resolve(TEMPORARY));
    } catch (StorageException e) {
      // The name is in the way of the next link; opening again removes it.
      failure = e;
    }
  }

  /// Returns the content of a link, to be sent; its hash is checked while it is read.
  public ObjectContent content(StoredLink link) {
    return new LinkContent(files, link);
  }

  /// Notes that every link up to and including `last` is in the replica. Not durable before
  /// [#settle]: until then a restart asks the replica.
  ///
  /// @throws IllegalArgumentException when no waiting link ends there
  public synchronized void shippedUpTo(long last) {
    if (pending.stream().noneMatch(link -> link.last() == last)) {
      throw new IllegalArgumentException("no waiting link ends at " + last);
    }
    while (!pending.isEmpty() && pending.getFirst().last() <= last) {
      StoredLink link = pending.removeFirst();
      pendingBytes -= link.bytes();
      kept.add(link);
      keptBytes += link.bytes();
      shipped = new ChainEnd(link.first(), link.last(), link.post());
      shippedMetadata = link.metadata();
      shippedSaved = false;
    }
  }

  /// Makes durable what was shipped, and removes files that are not needed any more.
  public synchronized void settle() throws StorageException {
    requireUsable();
    save();
    trim();
  }

  private void save() throws StorageException {
    ChainEnd known = shipped;
    if (shippedSaved || known == null) {
      return;
    }
    SpoolPosition position =
        new SpoolPosition(known.first(), known.last(), known.post(), shippedMetadata);
    AtomicFile.write(files, directory.resolve(POSITION), MemorySegment.ofArray(position.encode()));
    shippedSaved = true;
  }

  private void trim() throws StorageException {
    while (keptBytes > options.keptBytes() || (options.keptBytes() == 0 && !kept.isEmpty())) {
      StoredLink oldest = kept.getFirst();
      files.delete(oldest.path());
      kept.removeFirst();
      keptBytes -= oldest.bytes();
    }
  }

  private void requireUsable() throws StorageException {
    if (closed) {
      throw new IllegalStateException("the link store in " + directory + " is closed");
    }
    StorageException first = failure;
    if (first != null) {
      throw new StorageException(
          "use link store",
          directory,
          "it has failed before and must be opened again: " + first.getMessage(),
          first);
    }
  }

  /// Returns whether the store must be opened again.
  public synchronized boolean hasFailed() {
    return failure != null;
  }

  /// Gives the directory back. Waiting links stay. Idempotent.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    try {
      if (failure == null) {
        save();
      }
    } catch (StorageException _) {
      // The replica is asked at the next start.
    }
    closed = true;
    lock.close();
  }
}
