// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import java.io.IOException;

/// The archive itself is not as it must be: a hole, damage, another writer. What a disk or a store
/// did wrong is a [dev.seawall.io.StorageException] or an
/// [dev.seawall.io.objects.ObjectStoreException] instead.
public sealed class ArchiveException extends IOException
    permits ChainGapException,
        ChainDamagedException,
        ReplicaEmptyException,
        ForeignWriterException,
        LeaseLostException,
        LinkStoreFullException,
        OtherReplicaException {
  private static final long serialVersionUID = 1L;

  ArchiveException(String message) {
    super(message);
  }
}
