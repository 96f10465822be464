// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

/// A link, or what is known of it, contradicts itself.
public final class ChainDamagedException extends ArchiveException {
  private static final long serialVersionUID = 1L;

  ChainDamagedException(String message) {
    super(message);
  }
}
