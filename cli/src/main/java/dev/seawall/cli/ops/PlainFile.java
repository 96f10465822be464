// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What one writes without a log: append to a file, force it (`fdatasync`), again. The measure that
/// the demo sets its numbers beside.
public final class PlainFile implements AutoCloseable {
  private final FileChannel channel;

  private PlainFile(FileChannel channel) {
    this.channel = channel;
  }

  /// Creates the file.
  public static PlainFile create(Path file) throws IOException {
    return new PlainFile(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  /// Appends bytes; durable when it returns.
  public void append(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
