// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import dev.seawall.archive.Link;
import java.io.IOException;

/// A file of a plan was written by an owner who had lost the replica; the plan is made anew without
/// it.
final class VoidLinkException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient Link file;

  VoidLinkException(Link file, String why) {
    super(file.key() + " is void: " + why);
    this.file = file;
  }

  Link file() {
    return file;
  }
}
