// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a store holds, replica by replica, as its listing tells.
final class ReplicaCatalog {
  private static final Pattern OBJECT =
      Pattern.compile(
          "(.+)/(?:(?:ltx/([0-9])|000([0-9]))/([0-9a-f]{16})-([0-9a-f]{16})\\.ltx"
              + "|generations/([0-9a-f]{16})/(?:snapshots/[0-9a-f]{8}\\.snapshot\\.lz4"
              + "|wal/[0-9a-f]{8}_[0-9a-f]{8,}\\.wal\\.lz4))");

  private ReplicaCatalog() {}

  /// One link.
  ///
  /// @param level 0 as captured, 1 to 8 merged, 9 a snapshot
  /// @param first first transaction it covers
  /// @param last last one
  /// @param info what the listing tells
  /// @param inBucketLayout whether its key is one of S3's layout
  record Entry(int level, long first, long last, ObjectInfo info, boolean inBucketLayout) {
    boolean isSnapshot() {
      return first == 1 && (level == 9 || last == 1);
    }
  }

  /// One replica.
  static final class Contents {
    private final List<Entry> links = new ArrayList<>();
    private final Map<String, Integer> generations = new TreeMap<>();
    private long bytes;
    private @Nullable Instant oldest;
    private @Nullable Instant newest;

    /// Returns the links in order of what they cover, of equal ones the highest level first.
    List<Entry> links() {
      return links.stream()
          .sorted(
              Comparator.comparingLong(Entry::last)
                  .thenComparingLong(Entry::first)
                  .thenComparing(Comparator.comparingInt(Entry::level).reversed()))
          .toList();
    }

    /// Returns the generations of Litestream 0.3, and how many objects each has.
    Map<String, Integer> generations() {
      return generations;
    }

    /// Returns the last transaction that any link covers; 0 when there is none.
    long txid() {
      return links.stream().mapToLong(Entry::last).max().orElse(0);
    }

    long snapshots() {
      return links.stream().filter(Entry::isSnapshot).count();
    }

    long objects() {
      return links.size() + generations.values().stream().mapToLong(Integer::intValue).sum();
    }

    long bytes() {
      return bytes;
    }

    @Nullable Instant oldest() {
      return oldest;
    }

    @Nullable Instant newest() {
      return newest;
    }

    /// Returns what wrote it: `ltx`, `generations`, or both.
    String format() {
      String ltx = links.isEmpty() ? "" : "ltx";
      String generation = generations.isEmpty() ? "" : "generations";
      return ltx.isEmpty() || generation.isEmpty() ? ltx + generation : ltx + "+" + generation;
    }

    private void add(Matcher key, ObjectInfo info) {
      String generation = key.group(6);
      if (generation == null) {
        String files = key.group(2);
        long first = Long.parseUnsignedLong(key.group(4), 16);
        long last = Long.parseUnsignedLong(key.group(5), 16);
        if (first < 1 || last < first) {
          return;
        }
        int level = Integer.parseInt(files == null ? key.group(3) : files);
        links.add(new Entry(level, first, last, info, files == null));
      } else {
        generations.merge(generation, 1, Integer::sum);
      }
      bytes += info.bytes();
      Instant time = info.modified();
      if (time != null) {
        oldest = oldest == null || time.isBefore(oldest) ? time : oldest;
        newest = newest == null || time.isAfter(newest) ? time : newest;
      }
    }
  }

  /// Reads a listing; objects that are no part of a replica are left out.
  ///
  /// @param prefix what the keys begin with behind the home's own base
  static Map<String, Contents> read(ReplicaHome home, String prefix) throws IOException {
    Map<String, Contents> found = new TreeMap<>();
    each(
        home,
        home.base() + prefix,
        info -> {
          Matcher key = OBJECT.matcher(info.key().text().substring(home.base().length()));
          if (key.matches()) {
            found.computeIfAbsent(key.group(1), _ -> new Contents()).add(key, info);
          }
        });
    found.values().removeIf(contents -> contents.objects() == 0);
    return found;
  }

  /// Reads one replica.
  static Contents readOne(ReplicaHome home, String name) throws IOException {
    Contents contents = read(home, name + "/").get(name);
    if (contents == null) {
      throw new CommandFailure(
          ExitCode.STORE_NOT_FOUND,
          "no replica at "
              + home.describe()
              + " under '"
              + name
              + "': neither LTX files nor generations");
    }
    return contents;
  }

  private static void each(ReplicaHome home, String prefix, Consumer<ObjectInfo> action)
      throws IOException {
    String after = null;
    while (true) {
      String from = after;
      List<ObjectInfo> page =
          home.retrier().call(() -> home.store().list(prefix, from, ObjectStore.MAX_LISTED));
      page.forEach(action);
      if (page.size() < ObjectStore.MAX_LISTED) {
        return;
      }
      after = page.getLast().key().text();
    }
  }
}
