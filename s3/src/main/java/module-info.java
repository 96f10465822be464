// SPDX-License-Identifier: Apache-2.0

/// The S3 object store.
module dev.seawall.s3 {
  requires static org.jspecify;
  requires transitive dev.seawall.io;
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.http.urlconnection;
  requires software.amazon.awssdk.identity.spi;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.retries;
  requires software.amazon.awssdk.services.s3;

  exports dev.seawall.s3;
}
