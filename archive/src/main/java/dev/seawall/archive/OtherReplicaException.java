// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// The local queue has links that wait for another replica; the message names both.
public final class OtherReplicaException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  OtherReplicaException(String message) {
    super(message);
  }
}
