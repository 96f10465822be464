// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import java.util.Locale;

/// The operations of a simulated disk, as faults count them.
public enum Verb {
  /// Opening an existing file.
  OPEN,
  /// Creating a file or a directory.
  CREATE,
  /// Reading from a file.
  READ,
  /// A write that is durable only after a sync.
  WRITE,
  /// A write that is durable when it is done.
  DURABLE_WRITE,
  /// A store into one page through a window, which no device sees.
  STORE,
  /// Cutting or extending a file.
  TRUNCATE,
  /// A sync of one file.
  SYNC,
  /// A sync of one directory.
  SYNC_DIRECTORY,
  /// Renaming a file.
  RENAME,
  /// Removing a name.
  DELETE,
  /// Listing a directory, or asking what stands at a path.
  LOOK,
  /// Taking the lock of a directory.
  LOCK;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /// Returns the name used in messages and in the text form of a fault: `sync-directory`.
  public String text() {
    return text;
  }

  static Verb parse(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
