// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import java.net.http.HttpClient;

/// Planted: a replicator that speaks HTTP itself.
public final class PlantedReplicator {
  private PlantedReplicator() {}

  /// Opens a client.
  public static HttpClient client() {
    return HttpClient.newHttpClient();
  }
}
