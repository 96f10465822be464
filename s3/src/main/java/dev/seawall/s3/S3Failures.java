// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// What a failure of the SDK means; the table is in the package documentation.
final class S3Failures {
  /// Whether a call can change anything.
  enum Access {
    /// It cannot: whatever happens, nothing happened.
    READ,
    /// It can.
    WRITE
  }

  private S3Failures() {}

  static ObjectStoreException of(
      String operation, String subject, Access access, RuntimeException failure) {
    Kind kind = kind(failure);
    boolean unknown = access == Access.WRITE && mayHaveHappened(failure);
    return new ObjectStoreException(
        operation,
        subject,
        kind,
        unknown ? Effect.UNKNOWN : Effect.NOT_DONE,
        describe(failure) + hint(kind),
        failure);
  }

  private static Kind kind(RuntimeException failure) {
    if (failure instanceof AwsServiceException service) {
      return kind(service.statusCode(), code(service));
    }
    if (has(failure, S3Clients.NoCredentials.class)) {
      return Kind.DENIED;
    }
    if (has(failure, SSLHandshakeException.class) && has(failure, CertificateException.class)) {
      return Kind.INVALID;
    }
    return Kind.UNAVAILABLE;
  }

  private static Kind kind(int status, String code) {
    return switch (code) {
      case "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded" ->
          Kind.THROTTLED;
      case "NoSuchBucket" -> Kind.STORE_NOT_FOUND;
      case "NoSuchUpload", "RequestTimeout", "OperationAborted" -> Kind.UNAVAILABLE;
      case "BadDigest",
          "InvalidDigest",
          "XAmzContentSHA256Mismatch",
          "XAmzContentChecksumMismatch" ->
          Kind.DAMAGED;
      case "ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "AuthorizationHeaderMalformed" ->
          Kind.DENIED;
      default ->
          switch (status) {
            case 401, 403 -> Kind.DENIED;
            case 404 -> Kind.NOT_FOUND;
            case 408, 409 -> Kind.UNAVAILABLE;
            case 412 -> Kind.PRECONDITION_FAILED;
            case 429 -> Kind.THROTTLED;
            case 507 -> Kind.FULL;
            default -> status >= 500 ? Kind.UNAVAILABLE : Kind.INVALID;
          };
    };
  }

  private static boolean mayHaveHappened(RuntimeException failure) {
    if (failure instanceof AwsServiceException service) {
      int status = service.statusCode();
      String code = code(service);
      return code.equals("NoSuchUpload")
          || code.equals("RequestTimeout")
          || status == 408
          || (status >= 500 && status != 507 && kind(status, code) != Kind.THROTTLED);
    }
    return !has(failure, S3Clients.NoCredentials.class)
        && !has(failure, UnknownHostException.class)
        && !has(failure, ConnectException.class)
        && !has(failure, NoRouteToHostException.class)
        && !has(failure, SSLHandshakeException.class);
  }

  static String code(AwsServiceException failure) {
    AwsErrorDetails details = failure.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    return code == null ? "" : code;
  }

  private static String describe(RuntimeException failure) {
    if (failure instanceof AwsServiceException service) {
      AwsErrorDetails details = service.awsErrorDetails();
      String text = details == null ? null : details.errorMessage();
      return "status "
          + service.statusCode()
          + " "
          + code(service)
          + (text == null || text.isBlank() ? "" : ", " + text);
    }
    return String.valueOf(failure.getMessage());
  }

  private static String hint(Kind kind) {
    return switch (kind) {
      case DENIED -> "; check the credentials, their rights on the bucket, and the clock";
      case STORE_NOT_FOUND -> "; check the name of the bucket, its region and the endpoint";
      case INVALID, NOT_FOUND, PRECONDITION_FAILED, THROTTLED, UNAVAILABLE, FULL, DAMAGED, CLOSED ->
          "";
    };
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }
}
