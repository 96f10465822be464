// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.s3.S3Failures.Access;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// Content of several parts: uploaded while staged, completed when published.
final class S3MultipartPut extends S3Put {
  private static final int MAX_PARTS = 10_000;

  private final String uploadId;
  private final List<CompletedPart> parts = new ArrayList<>();
  private long bytes;

  private S3MultipartPut(
      S3ObjectStore store, ObjectKey key, Map<String, String> metadata, String uploadId) {
    super(store, key, metadata);
    this.uploadId = uploadId;
  }

  static S3MultipartPut begin(S3ObjectStore store, ObjectKey key, Map<String, String> metadata)
      throws ObjectStoreException {
    S3Options options = store.options();
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(options.bucket())
            .key(key.text())
            .metadata(metadata)
            .contentType(S3Content.TYPE);
    if (options.checksum() == S3Options.StoreChecksum.STANDARD) {
      request.checksumAlgorithm(ChecksumAlgorithm.SHA256);
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
    try {
      String id = store.client().createMultipartUpload(request.build()).uploadId();
      return new S3MultipartPut(store, key, metadata, id);
    } catch (SdkException | S3Clients.NoCredentials e) {
      // An upload that was begun without our knowing is nothing that anybody sees.
      throw S3Failures.of("put", key.text(), Access.READ, e);
    }
  }

  /// Uploads everything: `first` is a whole part that was read already, `rest` what follows.
  void upload(byte[] first, InputStream rest) throws IOException {
    byte[] part = first;
    int length = first.length;
    while (length > 0) {
      uploadPart(length == part.length ? part : Arrays.copyOf(part, length));
      part = new byte[store.options().partBytes()];
      length = rest.readNBytes(part, 0, part.length);
    }
  }

  private void uploadPart(byte[] part) throws ObjectStoreException {
    int number = parts.size() + 1;
    if (number > MAX_PARTS) {
      throw new IllegalArgumentException(
          key
              + " needs more than "
              + MAX_PARTS
              + " parts of "
              + store.options().partBytes()
              + " bytes; make them longer");
    }
    UploadPartRequest.Builder request =
        UploadPartRequest.builder()
            .bucket(store.options().bucket())
            .key(key.text())
            .uploadId(uploadId)
            .partNumber(number);
    if (store.options().checksum() == S3Options.StoreChecksum.STANDARD) {
      // The store checks it; some keep a hash of these hashes with the object.
      byte[] hash = S3Content.digest().digest(part);
      request.checksumSHA256(Base64.getEncoder().encodeToString(hash));
    }
    try {
      UploadPartResponse reply =
          store.client().uploadPart(request.build(), RequestBody.fromBytes(part));
      parts.add(
          CompletedPart.builder()
              .partNumber(number)
              .eTag(reply.eTag())
              .checksumSHA256(reply.checksumSHA256())
              .build());
      bytes += part.length;
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("put", key.text(), Access.READ, e);
    }
  }

  /// Returns how many bytes were uploaded.
  long bytes() {
    return bytes;
  }

  @Override
  ObjectInfo send(PutCondition condition) throws ObjectStoreException {
    CompleteMultipartUploadRequest.Builder request =
        CompleteMultipartUploadRequest.builder()
            .bucket(store.options().bucket())
            .key(key.text())
            .uploadId(uploadId)
            .multipartUpload(CompletedMultipartUpload.builder().parts(parts).build());
    switch (condition) {
      case PutCondition.Always _ -> {}
      case PutCondition.IfAbsent _ -> request.ifNoneMatch("*");
      case PutCondition.IfMatch match -> request.ifMatch(match.version());
    }
    try {
      CompleteMultipartUploadResponse reply =
          store.client().completeMultipartUpload(request.build());
      return new ObjectInfo(key, bytes, reply.eTag(), null, metadata);
    } catch (SdkException | S3Clients.NoCredentials e) {
      throw S3Failures.of("put", key.text(), Access.WRITE, e);
    }
  }

  @Override
  void abandon() {
    try {
      store
          .client()
          .abortMultipartUpload(
              AbortMultipartUploadRequest.builder()
                  .bucket(store.options().bucket())
                  .key(key.text())
                  .uploadId(uploadId)
                  .build());
    } catch (SdkException | S3Clients.NoCredentials _) {
      // The bucket's lifecycle rule for unfinished uploads removes it.
    }
  }
}
