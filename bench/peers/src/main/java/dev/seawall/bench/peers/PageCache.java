// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// Takes a directory's files out of the page cache, and says how much of them is still in it. Linux
/// only.
final class PageCache {
  /// How a cold cache is made.
  enum Cold {
    /// `posix_fadvise(POSIX_FADV_DONTNEED)` on each file of the log, after a sync.
    FADVISE,
    /// `/proc/sys/vm/drop_caches`: the whole machine's, needs root.
    DROP,
    /// Not at all.
    NONE
  }

  private static final int POSIX_FADV_DONTNEED = 4;
  private static final int PAGE = 4096;
  private static final int O_RDONLY = 0;

  private PageCache() {}

  /// Syncs everything and empties the cache.
  static void empty(Path directory, Cold how) throws Throwable {
    Process sync = new ProcessBuilder("sync").inheritIO().start();
    if (sync.waitFor() != 0) {
      throw new IOException("sync failed");
    }
    if (how == Cold.DROP) {
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1\n");
    } else {
      for (Path file : files(directory)) {
        forget(file);
      }
    }
  }

  private static void forget(Path file) throws Throwable {
    MethodHandle open = call("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MethodHandle close = call("close", ValueLayout.JAVA_INT);
    MethodHandle advise =
        call(
            "posix_fadvise",
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = (int) open.invoke(arena.allocateFrom(file.toString()), O_RDONLY);
      if (descriptor < 0) {
        throw new IOException("cannot open " + file);
      }
      int error = (int) advise.invoke(descriptor, 0L, 0L, POSIX_FADV_DONTNEED);
      int _ = (int) close.invoke(descriptor);
      if (error != 0) {
        throw new IOException("posix_fadvise " + file + ": error " + error);
      }
    }
  }

  /// Returns which part of the files is in the cache, 0 to 1, by `mincore`.
  static double resident(Path directory) throws Throwable {
    MethodHandle mincore =
        call("mincore", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    long pages = 0;
    long cached = 0;
    for (Path file : files(directory)) {
      try (Arena arena = Arena.ofConfined();
          FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        if (size == 0) {
          continue;
        }
        MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
        long count = (size + PAGE - 1) / PAGE;
        MemorySegment vector = arena.allocate(count);
        if ((int) mincore.invoke(mapping, size, vector) != 0) {
          throw new IOException("mincore " + file + " failed");
        }
        for (long page = 0; page < count; page++) {
          cached += vector.get(ValueLayout.JAVA_BYTE, page) & 1;
        }
        pages += count;
      }
    }
    return pages == 0 ? 0 : (double) cached / pages;
  }

  @SuppressWarnings("restricted") // fixed signatures of libc
  private static MethodHandle call(String name, java.lang.foreign.MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }
}
