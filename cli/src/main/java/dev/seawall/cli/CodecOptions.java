// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.codec.Codec;
import dev.seawall.codec.KeyRing;
import dev.seawall.io.StorageException;
import dev.seawall.wal.WalOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How records are opened: every compression is known, keys come from a file and never from an
/// argument.
final class CodecOptions {
  /// How records are compressed, as users write it.
  enum Compression {
    NONE,
    LZ4,
    ZSTD
  }

  /// The compressions' names.
  static final class Compressions extends LowerCase<Compression> {
    Compressions() {
      super(Compression.values());
    }
  }

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "Keys of an encrypted log: one a line, 64 hexadecimal digits; the first one writes, all"
              + " of them read. FILE must be its owner's alone (chmod 600).")
  private @Nullable Path keyFile;

  @Option(
      names = "--allow-plain",
      description =
          "With --key-file: read records that are not encrypted too, of a log that was begun"
              + " without keys.")
  private boolean allowPlain;

  CodecOptions() {}

  /// Returns the options of a log that is read.
  WalOptions reading(WalOptions options) throws StorageException {
    return options.withCodec(codec(Codec.reading()));
  }

  /// Returns the options of a log that is written too.
  WalOptions writing(WalOptions options, Compression compression) throws StorageException {
    return options.withCodec(
        codec(
            switch (compression) {
              case NONE -> Codec.reading();
              case LZ4 -> Codec.lz4();
              case ZSTD -> Codec.zstd(Codec.ZSTD_LEVEL);
            }));
  }

  private Codec codec(Codec compressing) throws StorageException {
    Path file = keyFile;
    if (file == null) {
      if (allowPlain) {
        throw new CommandFailure(
            ExitCode.USAGE, "--allow-plain says how an encrypted log is read; give --key-file too");
      }
      return compressing;
    }
    try {
      return compressing.withKeys(KeyRing.read(file)).withPlainRecords(allowPlain);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
