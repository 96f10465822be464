// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// There is no link at all where a chain was expected.
public final class ReplicaEmptyException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  ReplicaEmptyException(String message) {
    super(message);
  }
}
