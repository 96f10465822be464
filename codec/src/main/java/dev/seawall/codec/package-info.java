// SPDX-License-Identifier: Apache-2.0

/// Compression and encryption of a log's records: what goes into
/// [dev.seawall.wal.WalOptions#withCodec]. API.
///
/// Start at [Codec]. The stored form, what a record is bound to and why no nonce comes twice are
/// specified with the format, in the package documentation of `dev.seawall.wal.internal.frame`;
/// here are the libraries behind it: LZ4, Zstandard, and AES-256-GCM and HKDF of the JDK.
///
/// | question | answer |
/// |---|---|
/// | which records are compressed? | those of [Codec#THRESHOLD] bytes and more that get smaller |
/// | in which order? | compressed, then encrypted: ciphertext does not compress |
/// | what does an observer of the files learn? | indexes, times, and lengths – with compression also how well a payload compresses: do not mix secrets and what an attacker chooses in one record |
/// | what does one who can change the files achieve? | records vanish at the end, or the log is replaced by an older copy; changed, moved or foreign records are [dev.seawall.wal.CorruptException] or [dev.seawall.wal.KeyException] |
/// | how is a key lost or wrong told? | [dev.seawall.wal.KeyException], with the ids of the key that is needed and of the one that was given |
/// | which key files are read? | those that nobody but their owner may read |
@NullMarked
package dev.seawall.codec;

import org.jspecify.annotations.NullMarked;
