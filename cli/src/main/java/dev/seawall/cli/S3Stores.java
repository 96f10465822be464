// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.s3.S3ObjectStore;
import dev.seawall.s3.S3Options;
import java.util.Map;

/// The only class that knows the S3 store: its SDK is loaded when a bucket is named, and costs a
/// verb that works on a directory nothing.
final class S3Stores {
  private S3Stores() {}

  static ObjectStore open(Map<String, String> settings) throws ObjectStoreException {
    S3Options options;
    try {
      options = S3Options.from(settings);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
    return S3ObjectStore.open(options);
  }
}
