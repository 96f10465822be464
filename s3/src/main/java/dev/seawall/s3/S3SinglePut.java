// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectMetadata;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.s3.S3Failures.Access;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/// Content that fits into one request; sent when published.
final class S3SinglePut extends S3Put {
  private final ObjectContent content;
  private final long bytes;

  S3SinglePut(
      S3ObjectStore store,
      ObjectKey key,
      Map<String, String> metadata,
      ObjectContent content,
      long bytes) {
    super(store, key, metadata);
    this.content = content;
    this.bytes = bytes;
  }

  @Override
  ObjectInfo send(PutCondition condition) throws ObjectStoreException {
    S3Options options = store.options();
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(options.bucket())
            .key(key.text())
            .metadata(metadata)
            .contentType(S3Content.TYPE);
    String sha = metadata.get(ObjectMetadata.SHA256);
    if (sha != null && options.checksum() == S3Options.StoreChecksum.STANDARD) {
      // The store checks it, and the SDK has nothing to append to the body.
      byte[] hash = HexFormat.of().parseHex(sha);
      request.checksumSHA256(Base64.getEncoder().encodeToString(hash));
    }
    switch (options.encryption()) {
      case BUCKET_DEFAULT -> {}
      case AES256 -> request.serverSideEncryption(ServerSideEncryption.AES256);
      case KMS ->
          request
              .serverSideEncryption(ServerSideEncryption.AWS_KMS)
              .ssekmsKeyId(options.kmsKeyId());
    }
    if (options.storageClass() != null) {
      request.storageClass(options.storageClass());
    }
    switch (condition) {
      case PutCondition.Always _ -> {}
      case PutCondition.IfAbsent _ -> request.ifNoneMatch("*");
      case PutCondition.IfMatch match -> request.ifMatch(match.version());
    }
    S3Content source = new S3Content(content, bytes);
    try {
      PutObjectResponse reply = store.client().putObject(request.build(), source.body());
      return new ObjectInfo(key, bytes, reply.eTag(), null, metadata);
    } catch (SdkException | S3Clients.NoCredentials | java.io.UncheckedIOException e) {
      IOException unread = source.failure();
      if (unread != null) {
        throw new ObjectStoreException(
            "put",
            key.text(),
            Kind.INVALID,
            Effect.NOT_DONE,
            "its content cannot be read: " + unread.getMessage(),
            unread);
      }
      throw S3Failures.of("put", key.text(), Access.WRITE, e);
    }
  }

  @Override
  void abandon() {}
}
