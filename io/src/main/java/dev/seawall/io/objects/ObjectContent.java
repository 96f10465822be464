// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.objects;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Bytes to be stored. Used by one thread at a time.
///
/// Content that [#isRepeatable] may be opened again after the last stream was closed, and then
/// yields the same bytes: stores need that to send again. What is streamed once is read once.
public interface ObjectContent {

  /// Returns how many bytes it has, if that is known before they are read.
  OptionalLong bytes();

  /// Returns the SHA-256 of the bytes in lower-case hexadecimal, if it is known before they are
  /// read. A store keeps it with the object, and may check the bytes against it.
  @Nullable String sha256();

  /// Returns whether [#open] can be called more than once.
  boolean isRepeatable();

  /// Returns a stream from the first byte; the caller closes it.
  ///
  /// @throws IOException when the source fails; the store then reports *not done*
  InputStream open() throws IOException;

  /// Returns content in memory; the array is not copied and must not change.
  static ObjectContent of(byte[] bytes) {
    return new ObjectContent() {
      @Override
      public OptionalLong bytes() {
        return OptionalLong.of(bytes.length);
      }

      @Override
      public @Nullable String sha256() {
        return null;
      }

      @Override
      public boolean isRepeatable() {
        return true;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }

  /// Returns content in memory, the UTF-8 form of `text`.
  static ObjectContent of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns content that is read once, of unknown length.
  static ObjectContent streamed(InputStream stream) {
    return new ObjectContent() {
      private boolean opened;

      @Override
      public OptionalLong bytes() {
        return OptionalLong.empty();
      }

      @Override
      public @Nullable String sha256() {
        return null;
      }

      @Override
      public boolean isRepeatable() {
        return false;
      }

      @Override
      public InputStream open() {
        if (opened) {
          throw new IllegalStateException("streamed content is read once");
        }
        opened = true;
        return stream;
      }
    };
  }
}
