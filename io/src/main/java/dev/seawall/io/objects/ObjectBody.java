// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.io.IOException;
import java.io.InputStream;

/// An object, or a part of it, being read. Used by one thread at a time.
///
/// The stream yields exactly the bytes that were asked for: ending early is an
/// [ObjectStoreException] of kind [ObjectStoreException.Kind#UNAVAILABLE] from the stream, never a
/// quiet end of file.
public final class ObjectBody implements AutoCloseable {
  private final ObjectInfo info;
  private final long position;
  private final long length;
  private final InputStream stream;

  /// For stores: a body of `length` bytes from `position`. The stream may end early; this class
  /// notices.
  public ObjectBody(ObjectInfo info, long position, long length, InputStream stream) {
    this.info = info;
    this.position = position;
    this.length = length;
    this.stream = new Measured(info.key(), stream, length);
  }

  /// Returns what the store said of the whole object with this reply; metadata included.
  public ObjectInfo info() {
    return info;
  }

  /// Returns the position of the first byte in the object.
  public long position() {
    return position;
  }

  /// Returns how many bytes the stream yields.
  public long length() {
    return length;
  }

  /// Returns the bytes, to be read once.
  public InputStream stream() {
    return stream;
  }

  /// Closes the stream; what was not read is not fetched.
  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException _) {
      // What was read was whole or failed already; a broken connection is broken.
    }
  }

  /// Counts, so that a connection that ends early is not the end of the object.
  private static final class Measured extends InputStream {
    private final ObjectKey key;
    private final InputStream source;
    private final long length;
    private long taken;

    Measured(ObjectKey key, InputStream source, long length) {
      this.key = key;
      this.source = source;
      this.length = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      if (taken == length) {
        return -1;
      }
      int read;
      try {
        read = source.read(target, offset, (int) Math.min(count, length - taken));
      } catch (ObjectStoreException e) {
        throw e;
      } catch (IOException e) {
        throw ended("the connection broke: " + e.getMessage(), e);
      }
      if (read <= 0) {
        throw ended("the body ended early", null);
      }
      taken += read;
      return read;
    }

    private ObjectStoreException ended(
        String what, @org.jspecify.annotations.Nullable Throwable cause) {
      return new ObjectStoreException(
          "get",
          key.text(),
          ObjectStoreException.Kind.UNAVAILABLE,
          ObjectStoreException.Effect.NOT_DONE,
          what + " after " + taken + " of " + length + " bytes",
          cause);
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
