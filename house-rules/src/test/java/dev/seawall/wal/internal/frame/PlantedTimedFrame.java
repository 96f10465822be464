// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.internal.frame;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/// Planted: a frame that reads clocks, files, chance and the environment.
public final class PlantedTimedFrame {
  private PlantedTimedFrame() {}

  /// A banned call in disguise.
  public static LongSupplier clock() {
    return System::currentTimeMillis;
  }

  /// Everything that is banned.
  public static long touchTheWorld() throws IOException {
    Thread thread = new Thread(() -> {});
    thread.start();
    try (FileChannel channel = FileChannel.open(Path.of(System.getenv("HOME")));
        var pool = Executors.newSingleThreadExecutor()) {
      pool.execute(() -> {});
      return Files.exists(Path.of("/"))
          ? channel.size() + new Random(1).nextLong()
          : System.nanoTime();
    }
  }
}
