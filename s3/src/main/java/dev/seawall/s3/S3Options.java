// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
    /// SHA-256 of a single put, CRC-32 of each part. For AWS and most others.
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

  // A private bundle, so that a new option is one line in each place.
  private record Values(
      String bucket,
      @Nullable URI endpoint,
      @Nullable String region,
      @Nullable Boolean pathStyle,
      @Nullable Path caBundle,
      @Nullable String accessKeyId,
      @Nullable String secretAccessKey,
      @Nullable String sessionToken,
      Encryption encryption,
      @Nullable String kmsKeyId,
      @Nullable String storageClass,
      StoreChecksum checksum,
      int partBytes,
      long timeoutMillis) {}

  private S3Options(Values values) {
    this.values = values;
  }

  /// Returns the defaults for a bucket: AWS, the default chains of credentials and regions, parts
  /// of 8 MiB, 30 s of patience.
  public static S3Options of(String bucket) {
    if (!bucket.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}") && !bucket.startsWith("arn:")) {
      throw new IllegalArgumentException("'" + bucket + "' is not the name of a bucket");
    }
    return new S3Options(
        new Values(
            bucket,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Encryption.BUCKET_DEFAULT,
            null,
            null,
            StoreChecksum.STANDARD,
            8 << 20,
            30_000));
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
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            uri,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in the region.
  public S3Options withRegion(String name) {
    if (!name.matches("[a-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("'" + name + "' is not a region");
    }
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            name,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in whether the bucket is in the path or in the host name.
  public S3Options withPathStyle(boolean enabled) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            enabled,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in the certificates that are trusted: those in the PEM file, and
  /// no others.
  public S3Options withCaBundle(Path pem) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            pem,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options with fixed credentials instead of the default chain.
  ///
  /// @param token of a session; null for credentials that last
  public S3Options withCredentials(String id, String secret, @Nullable String token) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            id,
            secret,
            token,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in how the store encrypts.
  ///
  /// @param keyId of KMS; null for the account's own key, or without KMS
  public S3Options withEncryption(Encryption how, @Nullable String keyId) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            how,
            keyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in the storage class of new objects.
  public S3Options withStorageClass(String name) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            name,
            v.checksum,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in what the store checks.
  public S3Options withChecksum(StoreChecksum which) {
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            which,
            v.partBytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in the length of a part, which is also the longest single put, in
  /// bytes.
  public S3Options withPartBytes(int bytes) {
    if (bytes < MIN_PART_BYTES || bytes > 1 << 30) {
      throw new IllegalArgumentException("parts of " + bytes + " bytes, expected 5 MiB to 1 GiB");
    }
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            bytes,
            v.timeoutMillis));
  }

  /// Returns options that differ in how long a connection may be silent, in milliseconds; a whole
  /// call gets four times that.
  public S3Options withTimeoutMillis(long millis) {
    if (millis < 1 || millis > 3_600_000) {
      throw new IllegalArgumentException("timeout of " + millis + " ms");
    }
    Values v = values;
    return new S3Options(
        new Values(
            v.bucket,
            v.endpoint,
            v.region,
            v.pathStyle,
            v.caBundle,
            v.accessKeyId,
            v.secretAccessKey,
            v.sessionToken,
            v.encryption,
            v.kmsKeyId,
            v.storageClass,
            v.checksum,
            v.partBytes,
            millis));
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
