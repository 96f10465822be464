// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.util.List;
import java.util.stream.Collectors;

/// What a file system writes with, and what it passed over.
///
/// @param name the same as [FileSystem#backend]
/// @param refused what would have come first, and why it was not taken; in the order tried, later
///   refusals of single files at the end; empty when the first choice works
public record BackendReport(String name, List<Refusal> refused) {
  /// One backend that was not taken.
  ///
  /// @param backend which one
  /// @param why a sentence without its end
  public record Refusal(Backend backend, String why) {
    @Override
    public String toString() {
      return backend + ": " + why;
    }
  }

  /// Copies the list.
  public BackendReport {
    refused = List.copyOf(refused);
  }

  /// Returns all of it in one line, for a listener or a log: `direct (URING: …)`.
  public String text() {
    return refused.isEmpty()
        ? name
        : refused.stream()
            .map(Refusal::toString)
            .collect(Collectors.joining("; ", name + " (", ")"));
  }
}
