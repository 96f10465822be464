// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.io.AtomicFile;
import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import dev.seawall.ltx.LtxHeader;
import dev.seawall.ltx.internal.Lz4;
import dev.seawall.replicate.RestoreException.Reason;
import dev.seawall.sqlite.internal.WalImages;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Restores a Litestream 0.3 generation in three passes: all WALs expanded into one file, the
/// newest image of each page found in it, then the snapshot copied with those images in place.
///
/// Memory: eight bytes for each page of the database. Disk: the WALs, besides the database.
final class GenerationRestore implements Restore.Choice {
  private static final int PART_BYTES = 1 << 20;
  private static final int COPY_BYTES = 1 << 16;
  private static final int PAGE_SIZE_POSITION = 16;

  private final Machine machine;
  private final GenerationPlan plan;
  private final RestoreOptions options;

  GenerationRestore(Machine machine, GenerationPlan plan, RestoreOptions options) {
    this.machine = machine;
    this.plan = plan;
    this.options = options;
  }

  /// One WAL in the file of all WALs.
  private record Expanded(long index, long from, long bytes) {}

  @Override
  public RestorePreview preview() {
    List<GenerationObject> objects = plan.objects();
    return new RestorePreview(
        RestorePreview.Format.GENERATIONS,
        objects.stream().map(one -> one.object().key()).toList(),
        objects.stream().mapToLong(one -> one.object().bytes()).sum(),
        0,
        options.target() instanceof RestoreTarget.Time
            ? objects.getLast().object().modified()
            : null,
        null);
  }

  @Override
  public Restored write(Fetchers fetchers, Path work) throws IOException {
    FileSystem files = machine.files();
    Path wals = work.resolveSibling(work.getFileName() + "-wals");
    try {
      List<Expanded> expanded = expand(fetchers, wals);
      try (IoQueue queue = files.newQueue();
          StorageFile file = files.open(wals, FileSystem.OpenMode.READ, queue);
          WalImages images = new WalImages(file)) {
        for (Expanded wal : expanded) {
          images.add(wal.from(), wal.bytes());
        }
        return merge(fetchers, images, work);
      }
    } finally {
      if (files.status(wals).isFile()) {
        files.delete(wals);
      }
    }
  }

  private List<Expanded> expand(Fetchers fetchers, Path wals) throws IOException {
    List<Expanded> expanded = new ArrayList<>();
    try (AtomicFile file = AtomicFile.begin(machine.files(), wals)) {
      GenerationObject before = plan.snapshot();
      long from = 0;
      for (GenerationObject segment : plan.segments()) {
        if (segment.position() == 0) {
          if (!before.snapshot()) {
            expanded.add(new Expanded(before.index(), from, file.size() - from));
          }
          from = file.size();
        }
        if (file.size() - from != segment.position()) {
          throw new RestoreException(
              Reason.GAP,
              before.object().key()
                  + " ends at position "
                  + (file.size() - from)
                  + " of its WAL, and "
                  + segment.object().key()
                  + " begins elsewhere",
              null);
        }
        copy(fetchers, segment, file);
        before = segment;
      }
      if (!before.snapshot()) {
        expanded.add(new Expanded(before.index(), from, file.size() - from));
      }
      file.commit();
    }
    return expanded;
  }

  private void copy(Fetchers fetchers, GenerationObject segment, AtomicFile to) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    try (InputStream in = open(fetchers, segment)) {
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        to.append(MemorySegment.ofArray(buffer).asSlice(0, read));
      }
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw damaged(segment, e);
    }
  }

  private static RestoreException damaged(GenerationObject object, IOException e) {
    return new RestoreException(Reason.DAMAGED, object.object().key() + ": " + e.getMessage(), e);
  }

  private InputStream open(Fetchers fetchers, GenerationObject object) throws IOException {
    return Lz4.frames(
        new RangedInput(fetchers, object.object().key(), object.object().bytes(), PART_BYTES));
  }

  private Restored merge(Fetchers fetchers, WalImages images, Path work) throws IOException {
    try (InputStream in = open(fetchers, plan.snapshot());
        AtomicFile file = AtomicFile.begin(machine.files(), work)) {
      byte[] start = in.readNBytes(PAGE_SIZE_POSITION + 2);
      int pageSize = pageSize(start, images);
      if (pageSize == 0) {
        file.commit();
        return new Restored(preview(), 0, 0, true);
      }
      DatabaseWriter database = new DatabaseWriter(file, pageSize);
      byte[] page = new byte[pageSize];
      System.arraycopy(start, 0, page, 0, start.length);
      int have = start.length + in.readNBytes(page, start.length, pageSize - start.length);
      for (long number = 1; have == pageSize && images.keepsBase(number); number++) {
        database.page(number, images.hasPage(number) ? images.page(number) : ByteBuffer.wrap(page));
        have = in.readNBytes(page, 0, pageSize);
      }
      if (have != 0 && have != pageSize) {
        throw new RestoreException(
            Reason.DAMAGED, plan.snapshot().object().key() + " ends in the middle of a page", null);
      }
      while (database.pages() < images.pages()) {
        long number = database.pages() + 1;
        // A grown page that no WAL has is one that SQLite never wrote: zeros, as a checkpoint
        // leaves it.
        if (images.hasPage(number)) {
          database.page(number, images.page(number));
        } else {
          database.extendTo(number);
        }
      }
      file.commit();
      return new Restored(preview(), pageSize, database.pages(), true);
    } catch (StorageException | RestoreException e) {
      throw e;
    } catch (IOException e) {
      throw damaged(plan.snapshot(), e);
    }
  }

  // The database says its page size in its header; an empty one has it from the WAL alone.
  private int pageSize(byte[] start, WalImages images) throws RestoreException {
    if (start.length == 0) {
      return images.pageSize();
    }
    int stored =
        start.length < PAGE_SIZE_POSITION + 2
            ? 0
            : ByteBuffer.wrap(start).getShort(PAGE_SIZE_POSITION) & 0xFFFF;
    int pageSize = stored == 1 ? 65536 : stored;
    if (!LtxHeader.isPageSize(pageSize)
        || (images.pageSize() != 0 && images.pageSize() != pageSize)) {
      throw new RestoreException(
          Reason.DAMAGED,
          plan.snapshot().object().key()
              + " says pages of "
              + pageSize
              + " bytes, its WALs say "
              + images.pageSize(),
          null);
    }
    return pageSize;
  }
}
