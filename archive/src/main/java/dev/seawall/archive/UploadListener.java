// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectInfo;
import java.io.IOException;

/// Is told what an uploader does, on a thread of the machine. What it throws ends the uploader.
public interface UploadListener {
  /// Listens to nothing.
  UploadListener NONE = new UploadListener() {};

  /// A link is in the replica, and so are all before it.
  default void published(StoredLink link, ObjectInfo object) {}

  /// Something failed and is tried again.
  ///
  /// @param failuresInARow this one included
  default void failed(IOException failure, int failuresInARow) {}

  /// The uploader has stopped for good; what waits stays in the queue.
  default void stopped(IOException reason) {}
}
