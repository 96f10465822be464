// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.s3.S3ObjectStore;
import dev.seawall.s3.S3Options;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The only class that knows the S3 store: its SDK is loaded when a bucket is named, and costs a
/// verb that works on a directory nothing.
final class S3Stores {
  private static final AtomicReference<@Nullable Thread> LOADER = new AtomicReference<>();

  private S3Stores() {}

  static ObjectStore open(Map<String, String> settings) throws ObjectStoreException {
    S3Options options;
    try {
      options = S3Options.from(settings);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
    awaitLoader();
    return S3ObjectStore.open(options);
  }

  /// Loads the classes that a bucket needs beside the caller, while that makes out what was typed:
  /// each takes a fifth of the start of a restore. Nothing is called.
  static void loadAhead() {
    Thread loader = new Thread(S3Stores::load, "seawall-load-s3");
    loader.setDaemon(true);
    loader.start();
    LOADER.set(loader);
  }

  private static void load() {
    S3Options any = S3Options.of("none").withEndpoint(URI.create("http://127.0.0.1"));
    try {
      S3ObjectStore.open(any).close();
    } catch (ObjectStoreException | RuntimeException _) {
      // Whoever opens a bucket is told.
    }
  }

  /// Two threads never load the SDK at once: nobody promises that its classes can bear that.
  private static void awaitLoader() {
    Thread loader = LOADER.get();
    try {
      if (loader != null) {
        loader.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
