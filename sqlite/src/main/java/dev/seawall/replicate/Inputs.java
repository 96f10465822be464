// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/// Streams that are closed together. Confined to one thread.
final class Inputs implements AutoCloseable {
  private final List<InputStream> all = new ArrayList<>();

  void add(InputStream input) {
    all.add(input);
  }

  InputStream get(int index) {
    return all.get(index);
  }

  @Override
  public void close() throws IOException {
    for (InputStream input : all) {
      input.close();
    }
  }
}
