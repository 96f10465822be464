// SPDX-License-Identifier: Apache-2.0
package dev.seawall.s3;

import dev.seawall.s3.S3Options.StoreChecksum;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// Builds the SDK's client.
final class S3Clients {
  /// No credentials could be found, or the source of them failed.
  static final class NoCredentials extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoCredentials(Throwable cause) {
      super("no credentials: " + cause.getMessage(), cause);
    }
  }

  private S3Clients() {}

  /// Makes a client; nothing is called.
  ///
  /// @throws IOException when the bundle of certificates cannot be used
  static S3Client open(S3Options options) throws IOException {
    Duration silence = Duration.ofMillis(options.timeoutMillis());
    URI endpoint = options.endpoint();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(http(options, silence))
            .credentialsProvider(new Credentials(options))
            .forcePathStyle(options.pathStyle())
            .requestChecksumCalculation(
                options.checksum() == StoreChecksum.STANDARD
                    ? RequestChecksumCalculation.WHEN_SUPPORTED
                    : RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(config ->
                config
                    .retryStrategy(DefaultRetryStrategy.doNotRetry())
                    .apiCallTimeout(silence.multipliedBy(4)));
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    String region = options.region();
    if (region != null) {
      builder.region(Region.of(region));
    } else if (endpoint != null) {
      // Stores other than AWS do not care, and signing needs one.
      builder.region(Region.US_EAST_1);
    }
    return builder.build();
  }

  /// Tells missing credentials from a store that cannot be reached, by type.
  private static final class Credentials implements IdentityProvider<AwsCredentialsIdentity> {
    private final IdentityProvider<? extends AwsCredentialsIdentity> source;

    Credentials(S3Options options) {
      String id = options.accessKeyId();
      String secret = options.secretAccessKey();
      String token = options.sessionToken();
      if (id == null || secret == null) {
        source = DefaultCredentialsProvider.builder().build();
      } else if (token == null) {
        AwsBasicCredentials fixed = AwsBasicCredentials.create(id, secret);
        source = software.amazon.awssdk.auth.credentials.StaticCredentialsProvider.create(fixed);
      } else {
        AwsSessionCredentials fixed = AwsSessionCredentials.create(id, secret, token);
        source = software.amazon.awssdk.auth.credentials.StaticCredentialsProvider.create(fixed);
      }
    }

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      try {
        return source.resolveIdentity(request).thenApply(identity -> identity);
      } catch (SdkClientException e) {
        throw new NoCredentials(e);
      }
    }
  }

  /// Makes the client of the protocol below. To set up TLS takes a tenth of the start of a short
  /// verb, and to read a bundle of certificates a third: not for an endpoint without it.
  private static SdkHttpClient http(S3Options options, Duration silence) throws IOException {
    URI endpoint = options.endpoint();
    boolean plain = endpoint != null && "http".equalsIgnoreCase(endpoint.getScheme());
    if (plain && ProxyConfiguration.builder().build().host() == null) {
      return UrlConnectionHttpClient.create(uri -> connection(uri, silence));
    }
    UrlConnectionHttpClient.Builder http =
        UrlConnectionHttpClient.builder().connectionTimeout(silence).socketTimeout(silence);
    Path bundle = options.caBundle();
    if (bundle != null && !plain) {
      TrustManager[] trusted = trusted(bundle);
      http.tlsTrustManagersProvider(() -> trusted);
    }
    return http.build();
  }

  private static HttpURLConnection connection(URI uri, Duration silence) {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) silence.toMillis());
      connection.setReadTimeout((int) silence.toMillis());
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TrustManager[] trusted(Path bundle) throws IOException {
    try (InputStream pem = Files.newInputStream(bundle)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (certificates.isEmpty()) {
        throw new IOException("CA bundle " + bundle + " has no certificate in it");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : certificates) {
        store.setCertificateEntry("ca-" + ++number, each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException("CA bundle " + bundle + " cannot be read: " + e.getMessage(), e);
    }
  }
}
