// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli.demo;

import dev.seawall.cli.ops.LocalFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that the demo copies, held in memory and cut into chunks. Immutable.
///
/// A record is: thread (4 bytes), sequence (8), position in the file (8), length of the file's name
/// (4), name, bytes of the chunk; big endian.
public final class Material {
  /// The most bytes of a file in one record.
  public static final int CHUNK_BYTES = 1024;

  /// The most bytes that are copied.
  public static final long MAX_BYTES = 32L << 20;

  private static final int HEAD_BYTES = 4 + 8 + 8 + 4;

  private final List<String> names;
  private final List<byte[]> contents;
  // Chunk i is CHUNK_BYTES of file chunkFile[i] from chunkPosition[i] on.
  private final int[] chunkFile;
  private final int[] chunkPosition;
  private final long bytes;

  private Material(List<String> names, List<byte[]> contents) {
    this.names = names;
    this.contents = contents;
    int chunks = 0;
    long total = 0;
    for (byte[] content : contents) {
      chunks += Math.ceilDiv(content.length, CHUNK_BYTES);
      total += content.length;
    }
    bytes = total;
    chunkFile = new int[chunks];
    chunkPosition = new int[chunks];
    int chunk = 0;
    for (int file = 0; file < contents.size(); file++) {
      for (int at = 0; at < contents.get(file).length; at += CHUNK_BYTES) {
        chunkFile[chunk] = file;
        chunkPosition[chunk] = at;
        chunk++;
      }
    }
  }

  /// Copies the files below `root`, in the order of their names and at most [#MAX_BYTES], to
  /// `copy`, so that they hold still. Returns how many did not fit.
  public static int copyAside(Path root, Path copy) throws IOException {
    long taken = 0;
    int left = 0;
    LocalFiles.createDirectories(copy);
    for (Path file : LocalFiles.sources(root)) {
      long size = LocalFiles.size(file);
      if (taken + size > MAX_BYTES) {
        left++;
        continue;
      }
      taken += size;
      LocalFiles.copy(file, copy.resolve(root.relativize(file).toString()));
    }
    return left;
  }

  /// Loads what [#copyAside] copied.
  public static Material load(Path copy) throws IOException {
    List<String> names = new ArrayList<>();
    List<byte[]> contents = new ArrayList<>();
    for (Path file : LocalFiles.sources(copy)) {
      names.add(copy.relativize(file).toString().replace('\\', '/'));
      contents.add(LocalFiles.read(file));
    }
    return new Material(List.copyOf(names), List.copyOf(contents));
  }

  /// Returns the files' names, relative to the source.
  public List<String> names() {
    return names;
  }

  /// Returns a file's length in bytes.
  public int length(int file) {
    return contents.get(file).length;
  }

  /// Returns the bytes of all files.
  public long bytes() {
    return bytes;
  }

  /// Returns the number of chunks.
  public int chunks() {
    return chunkFile.length;
  }

  /// Returns how many chunks a thread appends before it starts again.
  public int share(int thread, int threads) {
    return Math.ceilDiv(chunks() - thread, threads);
  }

  /// Returns the chunk that a thread appends as its `sequence`-th, from 0.
  int chunk(int thread, int threads, long sequence) {
    return (int) (thread + (sequence % share(thread, threads)) * threads);
  }

  int file(int chunk) {
    return chunkFile[chunk];
  }

  int position(int chunk) {
    return chunkPosition[chunk];
  }

  int chunkLength(int chunk) {
    return Math.min(CHUNK_BYTES, length(file(chunk)) - position(chunk));
  }

  /// Returns the record that a thread appends as its `sequence`-th.
  byte[] record(int thread, int threads, long sequence) {
    int chunk = chunk(thread, threads, sequence);
    byte[] name = names.get(file(chunk)).getBytes(StandardCharsets.UTF_8);
    int length = chunkLength(chunk);
    return ByteBuffer.allocate(HEAD_BYTES + name.length + length)
        .putInt(thread)
        .putLong(sequence)
        .putLong(position(chunk))
        .putInt(name.length)
        .put(name)
        .put(contents.get(file(chunk)), position(chunk), length)
        .array();
  }

  /// Returns where the chunk's bytes begin in a record of this file.
  int chunkStart(int file) {
    return HEAD_BYTES + names.get(file).getBytes(StandardCharsets.UTF_8).length;
  }

  /// Returns the thread that a record names; -1 when it is too short to be one of ours.
  static int threadOf(byte[] record) {
    return record.length < HEAD_BYTES ? -1 : ByteBuffer.wrap(record).getInt(0);
  }

  /// Returns the sequence that a record names.
  static long sequenceOf(byte[] record) {
    return ByteBuffer.wrap(record).getLong(4);
  }
}
