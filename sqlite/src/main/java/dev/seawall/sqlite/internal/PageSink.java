// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes pages, ascending.
@FunctionalInterface
public interface PageSink {
  /// Takes a page.
  ///
  /// @param bytes valid until it returns
  void page(long number, ByteBuffer bytes) throws IOException;
}
