// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What `-b` names: where replicas are. Immutable.
sealed interface StoreAddress {
  /// A directory.
  ///
  /// @param path absolute
  record Directory(Path path) implements StoreAddress {}

  /// A place in a bucket.
  ///
  /// @param bucket its name
  /// @param prefix of all keys, without `/` at its ends; may be empty
  /// @param settings from the address's query, by the keys of `S3Options`
  record Bucket(String bucket, String prefix, Map<String, String> settings)
      implements StoreAddress {
    /// Copies the settings.
    public Bucket {
      settings = Map.copyOf(settings);
    }
  }

  /// Reads `s3://bucket/path`, `file:///dir`, a path with a `/`, or a bucket's bare name.
  ///
  /// @throws CommandFailure when it is none of them
  static StoreAddress parse(String text) {
    if (text.startsWith("s3://")) {
      return bucket(text);
    }
    if (text.startsWith("file:")) {
      return new Directory(path(text, URI.create(text.replace(" ", "%20")).getPath()));
    }
    if (text.matches("[a-z][a-z0-9+.-]*://.*")) {
      throw refused(text, "expected s3://, file://, a path with a /, or a bucket's name");
    }
    if (text.contains("/") || text.contains("\\") || text.equals(".") || text.equals("..")) {
      return new Directory(path(text, text));
    }
    if (!text.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}")) {
      throw refused(text, "'" + text + "' is not the name of a bucket; a directory is ./" + text);
    }
    return new Bucket(text, "", Map.of());
  }

  private static StoreAddress bucket(String text) {
    URI uri;
    try {
      uri = new URI(text.replace(" ", "%20"));
    } catch (URISyntaxException e) {
      throw refused(text, e.getReason());
    }
    String bucket = uri.getAuthority();
    if (bucket == null || bucket.contains("@") || uri.getFragment() != null) {
      throw refused(text, "expected s3://BUCKET/PATH; credentials come from the environment");
    }
    String raw = uri.getPath() == null ? "" : uri.getPath();
    String prefix = raw.replaceAll("/{2,}", "/").replaceAll("^/|/$", "");
    for (String segment : prefix.split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        throw refused(text, "a path in a bucket has no '" + segment + "'");
      }
    }
    Map<String, String> settings = new LinkedHashMap<>();
    if (uri.getRawQuery() != null) {
      for (String pair : uri.getRawQuery().split("&", -1)) {
        String[] sides = pair.split("=", 2);
        settings.put(decoded(sides[0]), sides.length == 2 ? decoded(sides[1]) : "");
      }
    }
    return new Bucket(bucket, prefix, settings);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Path path(String text, @org.jspecify.annotations.Nullable String path) {
    if (path == null || path.isEmpty()) {
      throw refused(text, "expected file:///DIRECTORY");
    }
    try {
      return Path.of(path).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw refused(text, String.valueOf(e.getMessage()));
    }
  }

  private static CommandFailure refused(String text, String why) {
    return new CommandFailure(ExitCode.USAGE, "-b " + text + ": " + why);
  }
}
