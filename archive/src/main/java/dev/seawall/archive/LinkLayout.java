// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where the links of one replica lie: Litestream's own two layouts. Immutable.
///
/// | | key of a link |
/// |---|---|
/// | [#onS3] | `PATH/LLLL/FFFFFFFFFFFFFFFF-TTTTTTTTTTTTTTTT.SUFFIX`, level as four hexadecimal digits |
/// | [#inFiles] | `PATH/ltx/L/FFFFFFFFFFFFFFFF-TTTTTTTTTTTTTTTT.SUFFIX`, level decimal |
///
/// First and last number are sixteen lower-case hexadecimal digits. Beside the levels lie
/// `PATH/lock.json`, the lease, and `PATH/epochs/`, the ownerships so far; Litestream looks at
/// neither of them. Source: Litestream 0.5.16, `s3/replica_client.go`, `litestream.go`.
public final class LinkLayout {
  /// The highest level; snapshots.
  public static final int MAX_LEVEL = 9;

  private static final Pattern PATH = Pattern.compile("[^/]+(/[^/]+)*");

  private final String path;
  private final String levels;
  private final boolean hexadecimal;
  private final Pattern name;
  private final String suffix;

  private LinkLayout(String path, String levels, boolean hexadecimal, String suffix) {
    this.path = path;
    this.levels = levels;
    this.hexadecimal = hexadecimal;
    this.suffix = suffix;
    this.name = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})" + Pattern.quote(suffix));
  }

  /// Returns the layout of S3 and OSS.
  ///
  /// @param path of the replica in the bucket, not empty
  /// @param suffix of every link, with its dot
  public static LinkLayout onS3(String path, String suffix) {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("'" + path + "' is not a path in a bucket");
    }
    return new LinkLayout(path + "/", path + "/", true, suffix);
  }

  /// Returns the layout of directories and most other stores.
  ///
  /// @param path of the replica in the store; empty when the store is the replica
  /// @param suffix of every link, with its dot
  public static LinkLayout inFiles(String path, String suffix) {
    if (!path.isEmpty() && !PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("'" + path + "' is not a path in a store");
    }
    String home = path.isEmpty() ? "" : path + "/";
    return new LinkLayout(home, home + "ltx/", false, suffix);
  }

  /// Returns the path of the replica with its `/`; may be empty.
  public String path() {
    return path;
  }

  /// Returns what the keys of a level begin with.
  public String levelPrefix(int level) {
    if (level < 0 || level > MAX_LEVEL) {
      throw new IllegalArgumentException("level " + level);
    }
    return levels + (hexadecimal ? "%04x".formatted(level) : Integer.toString(level)) + "/";
  }

  /// Returns the key of a link.
  public ObjectKey key(int level, long first, long last) {
    return ObjectKey.of(levelPrefix(level) + "%016x-%016x".formatted(first, last) + suffix);
  }

  /// Returns the link that an object of a level is; null when it is none.
  public @Nullable Link parse(int level, ObjectInfo object) {
    if (!object.key().startsWith(levelPrefix(level))) {
      return null;
    }
    Matcher matcher = name.matcher(object.key().text().substring(levelPrefix(level).length()));
    if (!matcher.matches()) {
      return null;
    }
    long first = Long.parseUnsignedLong(matcher.group(1), 16);
    long last = Long.parseUnsignedLong(matcher.group(2), 16);
    if (first < 1 || last < first) {
      return null;
    }
    return new Link(level, first, last, object.bytes(), object.key(), object.modified());
  }

  /// Returns the key of the lease.
  public ObjectKey lock() {
    return ObjectKey.of(path + "lock.json");
  }

  /// Returns what the keys of the ownerships begin with.
  public String epochPrefix() {
    return path + "epochs/";
  }

  /// Returns the key of an ownership.
  public ObjectKey epoch(long number) {
    return ObjectKey.of(epochPrefix() + "%016x.json".formatted(number));
  }

  @Override
  public String toString() {
    return levels;
  }
}
