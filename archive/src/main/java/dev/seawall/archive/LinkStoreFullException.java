// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// The local queue of links has reached its limit: nothing more is taken until links were shipped.
public final class LinkStoreFullException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  LinkStoreFullException(String message) {
    super(message);
  }
}
