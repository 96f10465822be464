// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Seawall.
final class SeawallPeer implements Peer {
  @Override
  public @Nullable String unavailable() {
    return "not wired yet";
  }

  @Override
  public void open(Path directory, boolean durable) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Writer writer() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void drain() {}

  @Override
  public void close() {}

  @Override
  public void readBack(Path directory, Sink sink) {
    throw new UnsupportedOperationException();
  }
}
