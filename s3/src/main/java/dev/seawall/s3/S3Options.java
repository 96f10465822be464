// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where a bucket is and how it is reached. Immutable.
public final class S3Options {
  /// How the store encrypts what it keeps.
  public enum Encryption {
    /// As the bucket says.
    BUCKET_DEFAULT,
    /// With keys of S3 (SSE-S3).
    AES256,
    /// With a key of KMS (SSE-KMS).
    KMS
  }

  /// What the store checks of what it is sent.
  public enum StoreChecksum {
    /// SHA-256 of a single put and of each part. For AWS and most others.
    STANDARD,
    /// Nothing but what an operation demands. For stores that know no such headers, or refuse
    /// `aws-chunked` bodies.
    NONE
  }

  /// The least length of a part, in bytes; S3's limit.
  public static final int MIN_PART_BYTES = 5 << 20;

  private static final Set<String> KEYS =
      Set.of(
          "access-key-id",
          "bucket",
          "ca-bundle",
          "checksum",
          "endpoint",
          "force-path-style",
          "part-size",
          "region",
          "secret-access-key",
          "session-token",
          "sse",
          "sse-kms-key-id",
          "storage-class",
          "timeout-ms");

  private final Values values;

  // Never changed once an instance has it.
  private static final class Values {
    private final String bucket;
    private @Nullable URI endpoint;
    private @Nullable String region;
    private @Nullable Boolean pathStyle;
    private @Nullable Path caBundle;
    private @Nullable String accessKeyId;
    private @Nullable String secretAccessKey;
    private @Nullable String sessionToken;
    private Encryption encryption = Encryption.BUCKET_DEFAULT;
    private @Nullable String kmsKeyId;
    private @Nullable String storageClass;
    private StoreChecksum checksum = StoreChecksum.STANDARD;
    private int partBytes = 8 << 20;
    private long timeoutMillis = 30_000;

    Values(String bucket) {
      this.bucket = bucket;
    }

    Values(Values other) {
      bucket = other.bucket;
      endpoint = other.endpoint;
      region = other.region;
      pathStyle = other.pathStyle;
      caBundle = other.caBundle;
      accessKeyId = other.accessKeyId;
      secretAccessKey = other.secretAccessKey;
      sessionToken = other.sessionToken;
      encryption = other.encryption;
      kmsKeyId = other.kmsKeyId;
      storageClass = other.storageClass;
      checksum = other.checksum;
      partBytes = other.partBytes;
      timeoutMillis = other.timeoutMillis;
    }
  }

  private S3Options(Values values) {
    this.values = values;
  }

  /// Returns the defaults for a bucket: AWS, the default chains of credentials and regions, parts
  /// of 8 MiB, 30 s of patience.
  public static S3Options of(String bucket) {
    if (!bucket.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}") && !bucket.startsWith("arn:")) {
      throw new IllegalArgumentException("'" + bucket + "' is not the name of a bucket");
    }
    return new S3Options(new Values(bucket));
  }

  private S3Options with(Consumer<Values> change) {
    Values changed = new Values(values);
    change.accept(changed);
    return new S3Options(changed);
  }

  /// Reads settings by name; a pure function.
  ///
  /// @throws IllegalArgumentException when a key is not known – also one that another version or
  ///   another tool knows: what it asked for would silently not happen – or a value is wrong
  public static S3Options from(Map<String, String> settings) {
    Set<String> unknown = new TreeSet<>(settings.keySet());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown S3 settings "
              + unknown
              + "; known are "
              + new TreeSet<>(KEYS)
              + "; nothing is sent while a setting is not understood");
    }
    String bucket = settings.get("bucket");
    if (bucket == null) {
      throw new IllegalArgumentException("S3 settings without 'bucket'");
    }
    S3Options options = of(bucket);
    for (Map.Entry<String, String> each : settings.entrySet()) {
      options = options.with(each.getKey(), each.getValue(), settings);
    }
    if (settings.containsKey("session-token") && !settings.containsKey("access-key-id")) {
      throw new IllegalArgumentException("'session-token' without 'access-key-id'");
    }
    if (settings.containsKey("sse-kms-key-id") && options.encryption() != Encryption.KMS) {
      throw new IllegalArgumentException("'sse-kms-key-id' without 'sse = aws:kms'");
    }
    return options;
  }

  private S3Options with(String key, String value, Map<String, String> all) {
    return switch (key) {
      case "endpoint" -> withEndpoint(URI.create(value));
      case "region" -> withRegion(value);
      case "force-path-style" -> withPathStyle(bool(key, value));
      case "ca-bundle" -> withCaBundle(Path.of(value));
      case "access-key-id", "secret-access-key" -> {
        String id = all.get("access-key-id");
        String secret = all.get("secret-access-key");
        if (id == null || secret == null) {
          throw new IllegalArgumentException(
              "'access-key-id' and 'secret-access-key' belong together");
        }
        yield withCredentials(id, secret, all.get("session-token"));
      }
      case "sse" ->
          switch (value) {
            case "AES256" -> withEncryption(Encryption.AES256, null);
            case "aws:kms" -> withEncryption(Encryption.KMS, all.get("sse-kms-key-id"));
            default ->
                throw new IllegalArgumentException(
                    "'sse' is '" + value + "', expected 'AES256' or 'aws:kms'");
          };
      case "storage-class" -> withStorageClass(value);
      case "checksum" ->
          switch (value) {
            case "standard" -> withChecksum(StoreChecksum.STANDARD);
            case "none" -> withChecksum(StoreChecksum.NONE);
            default ->
                throw new IllegalArgumentException(
                    "'checksum' is '" + value + "', expected 'standard' or 'none'");
          };
      case "part-size" -> withPartBytes(Math.toIntExact(number(key, value)));
      case "timeout-ms" -> withTimeoutMillis(number(key, value));
      case "bucket", "session-token", "sse-kms-key-id" -> this;
      default -> throw new IllegalStateException("setting " + key + " is known and not read");
    };
  }

  private static boolean bool(String key, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(
          "'" + key + "' is '" + value + "', expected true or false");
    }
    return value.equals("true");
  }

  private static long number(String key, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + key + "' is '" + value + "', not a number", e);
    }
  }

  /// Returns options that differ in where the store is; path style then, unless told otherwise.
  public S3Options withEndpoint(URI uri) {
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException("endpoint " + uri + " is neither http nor https");
    }
    return with(v -> v.endpoint = uri);
  }

  /// Returns options that differ in the region.
  public S3Options withRegion(String name) {
    if (!name.matches("[a-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("'" + name + "' is not a region");
    }
    return with(v -> v.region = name);
  }

  /// Returns options that differ in whether the bucket is in the path or in the host name.
  public S3Options withPathStyle(boolean enabled) {
    return with(v -> v.pathStyle = enabled);
  }

  /// Returns options that differ in the certificates that are trusted: those in the PEM file, and
  /// no others.
  public S3Options withCaBundle(Path pem) {
    return with(v -> v.caBundle = pem);
  }

  /// Returns options with fixed credentials instead of the default chain.
  ///
  /// @param token of a session; null for credentials that last
  public S3Options withCredentials(String id, String secret, @Nullable String token) {
    return with(v -> {
      v.accessKeyId = id;
      v.secretAccessKey = secret;
      v.sessionToken = token;
    });
  }

  /// Returns options that differ in how the store encrypts.
  ///
  /// @param keyId of KMS; null for the account's own key, or without KMS
  public S3Options withEncryption(Encryption how, @Nullable String keyId) {
    return with(v -> {
      v.encryption = how;
      v.kmsKeyId = keyId;
    });
  }

  /// Returns options that differ in the storage class of new objects.
  public S3Options withStorageClass(String name) {
    return with(v -> v.storageClass = name);
  }

  /// Returns options that differ in what the store checks.
  public S3Options withChecksum(StoreChecksum which) {
    return with(v -> v.checksum = which);
  }

  /// Returns options that differ in the length of a part, which is also the longest single put, in
  /// bytes.
  public S3Options withPartBytes(int bytes) {
    if (bytes < MIN_PART_BYTES || bytes > 1 << 30) {
      throw new IllegalArgumentException("parts of " + bytes + " bytes, expected 5 MiB to 1 GiB");
    }
    return with(v -> v.partBytes = bytes);
  }

  /// Returns options that differ in how long a connection may be silent, in milliseconds; a whole
  /// call gets four times that.
  public S3Options withTimeoutMillis(long millis) {
    if (millis < 1 || millis > 3_600_000) {
      throw new IllegalArgumentException("timeout of " + millis + " ms");
    }
    return with(v -> v.timeoutMillis = millis);
  }

  /// Returns the bucket.
  public String bucket() {
    return values.bucket;
  }

  /// Returns how the store encrypts.
  public Encryption encryption() {
    return values.encryption;
  }

  /// Returns the length of a part, in bytes.
  public int partBytes() {
    return values.partBytes;
  }

  /// Returns how long a connection may be silent, in milliseconds.
  public long timeoutMillis() {
    return values.timeoutMillis;
  }

  @Nullable URI endpoint() {
    return values.endpoint;
  }

  @Nullable String region() {
    return values.region;
  }

  boolean pathStyle() {
    Boolean told = values.pathStyle;
    return told == null ? values.endpoint != null : told;
  }

  @Nullable Path caBundle() {
    return values.caBundle;
  }

  @Nullable String accessKeyId() {
    return values.accessKeyId;
  }

  @Nullable String secretAccessKey() {
    return values.secretAccessKey;
  }

  @Nullable String sessionToken() {
    return values.sessionToken;
  }

  @Nullable String kmsKeyId() {
    return values.kmsKeyId;
  }

  @Nullable String storageClass() {
    return values.storageClass;
  }

  StoreChecksum checksum() {
    return values.checksum;
  }

  /// Without secrets.
  @Override
  public String toString() {
    return "s3://" + values.bucket + (values.endpoint == null ? "" : " at " + values.endpoint);
  }
}
