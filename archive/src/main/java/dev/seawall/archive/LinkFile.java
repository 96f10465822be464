// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.archive.internal.FileBytes;
import dev.seawall.archive.internal.link.LinkFooter;
import dev.seawall.io.FileSystem;
import dev.seawall.io.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Reads the files of the local queue; the format is in the package documentation of
/// `dev.seawall.archive.internal.link`.
final class LinkFile {
  /// What the name of every link ends with.
  static final String SUFFIX = ".link";

  private LinkFile() {}

  /// Reads what a file says of its link.
  ///
  /// @throws ChainDamagedException when it is damaged
  static StoredLink read(FileSystem files, Path path, String name) throws IOException {
    try (FileBytes file = FileBytes.open(files, path)) {
      long bytes = file.size();
      if (bytes < LinkFooter.BYTES) {
        throw new IOException("it is too short, " + bytes + " bytes");
      }
      byte[] end = file.range(bytes - LinkFooter.BYTES, LinkFooter.BYTES).readAllBytes();
      LinkFooter footer = LinkFooter.decode(end);
      long attributesAt = bytes - LinkFooter.BYTES - footer.attributeBytes();
      if (attributesAt != footer.contentBytes()) {
        throw new IOException("its length, " + bytes + " bytes, is not what its footer says");
      }
      byte[] attributes = file.range(attributesAt, footer.attributeBytes()).readAllBytes();
      LinkFooter.check(attributes, end);
      if (!name.equals(name(footer.first(), footer.last()))) {
        throw new IOException(
            "its name is not what its footer says, " + footer.first() + ".." + footer.last());
      }
      return link(footer, LinkFooter.metadata(attributes), path);
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw new ChainDamagedException(
          "link file "
              + path
              + ": "
              + e.getMessage()
              + "; it was promised and is not skipped: move the directory away and take a new"
              + " base");
    }
  }

  static StoredLink link(LinkFooter footer, Map<String, String> metadata, Path path) {
    return new StoredLink(
        footer.base() ? LinkKind.BASE : LinkKind.DELTA,
        footer.first(),
        footer.last(),
        footer.contentBytes(),
        footer.contentSha256(),
        footer.pre(),
        footer.post(),
        metadata,
        path);
  }

  static String name(long first, long last) {
    return "%016x-%016x%s".formatted(first, last, SUFFIX);
  }
}
