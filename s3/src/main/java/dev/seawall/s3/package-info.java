// SPDX-License-Identifier: Apache-2.0

/// S3, and what speaks its protocol, as an object store. API.
///
/// [S3ObjectStore] is AWS SDK v2 over the JDK's `HttpURLConnection`: the smallest of its clients.
/// The SDK's own retries are off, since whoever calls decides by the kind of a failure; its
/// checksums are on, unless a store does not take them.
///
/// | operation | request | condition |
/// |---|---|---|
/// | put, up to one part | `PutObject` when published | `If-None-Match: *`, `If-Match` |
/// | put, more than one part | `CreateMultipartUpload`, `UploadPart` while staged; `CompleteMultipartUpload` when published | on the completion |
/// | get | `GetObject` with `Range` and `If-Match` | |
/// | head | `HeadObject` | |
/// | list | `ListObjectsV2` with `start-after` | |
/// | delete | `DeleteObjects`, a thousand at once | |
/// | delete one version | `DeleteObject` | `If-Match` |
///
/// # What a failure means
///
/// | reply | kind | a write has … |
/// |---|---|---|
/// | 412 | PRECONDITION_FAILED | not happened |
/// | 409 to a conditional put (another is being decided) | UNAVAILABLE | not happened |
/// | 404 `NoSuchBucket` / `NoSuchKey` | STORE_NOT_FOUND / NOT_FOUND | not happened |
/// | 404 `NoSuchUpload` when completing | UNAVAILABLE | unknown: an earlier completion may have succeeded |
/// | 401, 403, no credentials | DENIED | not happened |
/// | 429, 503 `SlowDown` | THROTTLED | not happened |
/// | 400 `BadDigest` and the like | DAMAGED | not happened |
/// | 400 `RequestTimeout`, 408 | UNAVAILABLE | unknown |
/// | 507 | FULL | not happened |
/// | other 5xx | UNAVAILABLE | unknown |
/// | other 4xx | INVALID | not happened |
/// | no connection, no such host | UNAVAILABLE | not happened |
/// | a certificate that is not trusted | INVALID | not happened |
/// | the connection broke, no answer in time | UNAVAILABLE | unknown |
/// | the content could not be read | INVALID | not happened |
///
/// Decided by status, error code and exception type, never by message.
///
/// # Credentials
///
/// The SDK's default chain – environment, system properties, web identity, profile, container, EC2
/// role, with session tokens – or what [S3Options#withCredentials] says. Settings that are not
/// known are refused, see [S3Options#from]: a misspelt one must not send data in the clear.
///
/// # Refused while sending
///
/// A server may refuse a request before it has read its body and close the connection.
/// `HttpURLConnection` then reports a failed write and not the refusal, so the effect of a put is
/// *unknown* although it was refused. `Replica.put` and the uploader look, and find out.
///
/// # Limits
///
/// A key is a key of [dev.seawall.io.objects.ObjectKey]; 10,000 parts. Content that can be read
/// only once and has more than one part carries no SHA-256 in its metadata, which are sent before
/// its first byte: each part goes with its own, which the store checks (ADR 0024). Encryption with
/// customer keys (SSE-C) is not supported, and refused.
@NullMarked
package dev.seawall.s3;

import org.jspecify.annotations.NullMarked;
