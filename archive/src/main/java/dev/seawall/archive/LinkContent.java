// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.FileBytes;
import dev.seawall.archive.internal.link.CheckedContent;
import dev.seawall.io.FileSystem;
import dev.seawall.io.objects.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/// The content of a link in the local queue; its hash is checked while it is read.
///
/// @param files where it is
/// @param link what it is
record LinkContent(FileSystem files, StoredLink link) implements ObjectContent {
  @Override
  public OptionalLong bytes() {
    return OptionalLong.of(link.bytes());
  }

  @Override
  public String sha256() {
    return link.sha256();
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public InputStream open() throws IOException {
    FileBytes file = FileBytes.open(files, link.path());
    return new CheckedContent(
        file.range(0, link.bytes()), link.path().toString(), link.bytes(), link.sha256());
  }
}
