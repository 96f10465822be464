// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.StagedPut;
import dev.seawall.s3.S3Failures.Access;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Object;

/// A bucket as an object store. Thread-safe; calls block their thread.
///
/// What is put is durable on return, as far as the store promises that. What each request is and
/// what each failure means is in the package documentation.
public final class S3ObjectStore implements ObjectStore {
  private static final int DELETED_AT_ONCE = 1000;

  private final S3Options options;
  private final S3Client client;
  private volatile boolean closed;

  private S3ObjectStore(S3Options options, S3Client client) {
    this.options = options;
    this.client = client;
  }

  /// Opens a bucket; nothing is called.
  ///
  /// @throws ObjectStoreException of kind INVALID when no client can be made: no region, or a
  ///   bundle of certificates that cannot be used
  public static S3ObjectStore open(S3Options options) throws ObjectStoreException {
    try {
      return new S3ObjectStore(options, S3Clients.open(options));
    } catch (IOException | SdkException e) {
      throw new ObjectStoreException(
          "open",
          options.toString(),
          Kind.INVALID,
          Effect.NOT_DONE,
          String.valueOf(e.getMessage()),
          e);
    }
  }

  @Override
  public String describe() {
    return "s3://" + options.bucket();
  }

  S3Options options() {
    return options;
  }

  S3Client client() {
    return client;
  }

  void requireOpen(String operation, String subject) throws ObjectStoreException {
    if (closed) {
      throw new ObjectStoreException(
          operation, subject, Kind.CLOSED, Effect.NOT_DONE, "this store was closed", null);
    }
  }

  @Override
  public StagedPut stage(ObjectKey key, ObjectContent content, Map<String, String> metadata)
      throws ObjectStoreException {
    requireOpen("put", key.text());
    Map<String, String> normal = ObjectMetadata.normalised(metadata);
    S3MultipartPut begun = null;
    try {
      String sha = content.sha256();
      if (sha == null && content.isRepeatable()) {
        sha = hash(content);
      }
      long known = content.bytes().orElse(-1);
      if (known >= 0 && known <= options.partBytes() && sha != null && content.isRepeatable()) {
        return new S3SinglePut(this, key, withHash(normal, sha), content, known);
      }
      try (InputStream stream = content.open()) {
        byte[] first = stream.readNBytes(options.partBytes());
        if (first.length < options.partBytes()) {
          requireLength(known, first.length);
          String its = sha == null ? hash(ObjectContent.of(first)) : sha;
          ObjectContent whole = ObjectContent.of(first);
          return new S3SinglePut(this, key, withHash(normal, its), whole, first.length);
        }
        begun = S3MultipartPut.begin(this, key, sha == null ? normal : withHash(normal, sha));
        begun.upload(first, stream);
        requireLength(known, begun.bytes());
        S3MultipartPut staged = begun;
        begun = null;
        return staged;
      }
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException(
          "put",
          key.text(),
          Kind.INVALID,
          Effect.NOT_DONE,
          "its content cannot be read: " + e.getMessage(),
          e);
    } finally {
      if (begun != null) {
        begun.close();
      }
    }
  }

  private static void requireLength(long promised, long found) throws IOException {
    if (promised >= 0 && promised != found) {
      throw new IOException("promised " + promised + " bytes, found " + found);
    }
  }

  /// Reads the content once to know its hash, and that it has the length that it promises.
  private static String hash(ObjectContent content) throws IOException {
    MessageDigest digest = S3Content.digest();
    long bytes = 0;
    byte[] buffer = new byte[64 * 1024];
    try (InputStream stream = content.open()) {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
    }
    requireLength(content.bytes().orElse(-1), bytes);
    return S3Content.hex(digest);
  }

  private static Map<String, String> withHash(Map<String, String> metadata, String sha) {
    Map<String, String> all = new HashMap<>(metadata);
    all.put(ObjectMetadata.SHA256, sha);
    return ObjectMetadata.normalised(all);
  }

  @Override
  public @Nullable ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    requireOpen("head", key.text());
    try {
      HeadObjectResponse reply =
          client.headObject(
              HeadObjectRequest.builder().bucket(options.bucket()).key(key.text()).build());
      Long bytes = reply.contentLength();
      if (bytes == null) {
        throw new ObjectStoreException(
            "head",
            key.text(),
            Kind.INVALID,
            Effect.NOT_DONE,
            "the store does not tell how long it is",
            null);
      }
      return new ObjectInfo(key, bytes, reply.eTag(), reply.lastModified(), reply.metadata());
    } catch (AwsServiceException e) {
      if (e.statusCode() == 404 && !S3Failures.code(e).equals("NoSuchBucket")) {
        return null;
      }
      throw S3Failures.of("head", key.text(), Access.READ, e);
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("head", key.text(), Access.READ, e);
    }
  }

  @Override
  public ObjectBody get(ObjectKey key, long position, long length, @Nullable String version)
      throws ObjectStoreException {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException("position " + position + ", length " + length);
    }
    requireOpen("get", key.text());
    if (length == 0) {
      return nothing(key, position, version);
    }
    boolean whole = position == 0 && length == Long.MAX_VALUE;
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(options.bucket()).key(key.text());
    if (!whole) {
      long end = position + Math.min(length, Long.MAX_VALUE - position) - 1;
      request.range("bytes=" + position + "-" + (end == Long.MAX_VALUE - 1 ? "" : end));
    }
    if (version != null) {
      request.ifMatch(version);
    }
    try {
      ResponseInputStream<GetObjectResponse> reply = client.getObject(request.build());
      GetObjectResponse head = reply.response();
      long count = head.contentLength();
      ObjectInfo info =
          new ObjectInfo(
              key,
              total(head.contentRange(), count),
              head.eTag(),
              head.lastModified(),
              head.metadata());
      return new ObjectBody(info, position, count, new S3Body(key, reply, count));
    } catch (AwsServiceException e) {
      if (e.statusCode() == 416) {
        return nothing(key, position, version);
      }
      throw S3Failures.of("get", key.text(), Access.READ, e);
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("get", key.text(), Access.READ, e);
    }
  }

  /// A range behind the end, or of no length.
  private ObjectBody nothing(ObjectKey key, long position, @Nullable String version)
      throws ObjectStoreException {
    ObjectInfo info = head(key);
    boolean other = info != null && version != null && !version.equals(info.version());
    if (info == null || other) {
      throw new ObjectStoreException(
          "get",
          key.text(),
          other ? Kind.PRECONDITION_FAILED : Kind.NOT_FOUND,
          Effect.NOT_DONE,
          other ? "another version stands there" : "no such object",
          null);
    }
    return new ObjectBody(
        info, Math.min(position, info.bytes()), 0, new ByteArrayInputStream(new byte[0]));
  }

  /// `bytes 3-5/10` says 10.
  private static long total(@Nullable String range, long otherwise) {
    int slash = range == null ? -1 : range.lastIndexOf('/');
    if (range == null || slash < 0 || range.endsWith("*")) {
      return otherwise;
    }
    return Long.parseLong(range.substring(slash + 1));
  }

  @Override
  public List<ObjectInfo> list(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    if (limit < 1 || limit > MAX_LISTED) {
      throw new IllegalArgumentException("limit " + limit + ", expected 1 to " + MAX_LISTED);
    }
    requireOpen("list", prefix);
    List<ObjectInfo> found = new ArrayList<>();
    String place = after;
    try {
      while (true) {
        ListObjectsV2Request.Builder request =
            ListObjectsV2Request.builder()
                .bucket(options.bucket())
                .prefix(prefix)
                .maxKeys(limit - found.size());
        if (place != null) {
          request.startAfter(place);
        }
        ListObjectsV2Response page = client.listObjectsV2(request.build());
        for (S3Object each : page.contents()) {
          place = each.key();
          if (ObjectKey.isValid(each.key())) {
            ObjectKey key = ObjectKey.of(each.key());
            found.add(new ObjectInfo(key, each.size(), each.eTag(), each.lastModified(), Map.of()));
          }
        }
        boolean more = Boolean.TRUE.equals(page.isTruncated()) && !page.contents().isEmpty();
        if (!more || found.size() >= limit) {
          return found;
        }
      }
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("list", prefix, Access.READ, e);
    }
  }

  @Override
  public void delete(Collection<ObjectKey> keys) throws ObjectStoreException {
    List<ObjectKey> all = new ArrayList<>(keys);
    requireOpen("delete", all.isEmpty() ? "nothing" : all.getFirst().text());
    for (int at = 0; at < all.size(); at += DELETED_AT_ONCE) {
      List<ObjectKey> batch = all.subList(at, Math.min(all.size(), at + DELETED_AT_ONCE));
      List<ObjectIdentifier> names =
          batch.stream().map(key -> ObjectIdentifier.builder().key(key.text()).build()).toList();
      DeleteObjectsRequest request =
          DeleteObjectsRequest.builder()
              .bucket(options.bucket())
              .delete(Delete.builder().objects(names).quiet(true).build())
              .build();
      try {
        DeleteObjectsResponse reply = client.deleteObjects(request);
        requireNoErrors(reply.errors());
      } catch (SdkException | S3Clients.NoCredentials e) {
        throw S3Failures.of("delete", batch.getFirst().text(), Access.WRITE, e);
      }
    }
  }

  private static void requireNoErrors(List<S3Error> errors) throws ObjectStoreException {
    for (S3Error each : errors) {
      if ("NoSuchKey".equals(each.code())) {
        continue;
      }
      boolean denied = "AccessDenied".equals(each.code());
      boolean slow = "SlowDown".equals(each.code());
      throw new ObjectStoreException(
          "delete",
          String.valueOf(each.key()),
          denied ? Kind.DENIED : slow ? Kind.THROTTLED : Kind.UNAVAILABLE,
          Effect.NOT_DONE,
          each.code() + ", " + each.message() + " (and " + (errors.size() - 1) + " others)",
          null);
    }
  }

  @Override
  public void deleteIfMatch(ObjectKey key, String version) throws ObjectStoreException {
    // Some stores call the conditional deletion of nothing a success.
    if (head(key) == null) {
      throw new ObjectStoreException(
          "delete", key.text(), Kind.NOT_FOUND, Effect.NOT_DONE, "no such object", null);
    }
    try {
      client.deleteObject(
          DeleteObjectRequest.builder()
              .bucket(options.bucket())
              .key(key.text())
              .ifMatch(version)
              .build());
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("delete", key.text(), Access.WRITE, e);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      client.close();
    }
  }

  @Override
  public String toString() {
    return Arrays.asList(describe(), options).toString();
  }
}
