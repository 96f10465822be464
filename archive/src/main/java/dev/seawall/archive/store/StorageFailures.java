// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.store;

import dev.seawall.archive.internal.directory.Sidecar;
import dev.seawall.io.DiskFullException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.jspecify.annotations.Nullable;

/// What a failing disk is for an object store.
final class StorageFailures {
  private StorageFailures() {}

  static Kind kind(IOException failure) {
    if (failure instanceof DiskFullException) {
      return Kind.FULL;
    }
    for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof AccessDeniedException) {
        return Kind.DENIED;
      }
      if (e instanceof Sidecar.Unreadable) {
        return Kind.INVALID;
      }
    }
    return Kind.UNAVAILABLE;
  }
}
