// SPDX-License-Identifier: Apache-2.0

/// The local queue of links on disk. Internal; **the format**. Everything is big-endian.
///
/// # A link file
///
/// `FFFFFFFFFFFFFFFF-TTTTTTTTTTTTTTTT.link`: the link's content, its attributes, a footer of 192
/// bytes.
///
/// ```
/// 0        1        2        3        4        5        6        7        8
/// +--------+--------+--------+--------+--------+--------+--------+--------+
/// | "SWLINK\r\n"                                                          |   0
/// | version 1       | features 0      | kind   | reserved (zero)          |   8
/// | first                                                                 |  16
/// | last                                                                  |  24
/// | content length, bytes                                                 |  32
/// | attributes length, bytes          | reserved (zero)                   |  40
/// | SHA-256 of the content (32 bytes)                                     |  48
/// | hash chain before the link (32 bytes)                                 |  80
/// | hash chain after the link (32 bytes)                                  | 112
/// | reserved (zero, 16 bytes)                                             | 144
/// | SHA-256 of attributes and the footer up to here (32 bytes)            | 160
/// +-----------------------------------------------------------------------+ 192
/// ```
///
/// `kind` is 1 for a base and 2 for a delta. Attributes are metadata as UTF-8 lines `KEY VALUE\n`,
/// sorted, at most 4096 bytes. The footer's checksum covers attributes and footer; the content has
/// its own, which is checked whenever the content is read to its end.
///
/// A file is valid if its length is the sum of the three, the checksum holds, reserved bytes are
/// zero, the name says what the footer says and the version is 1. Another version, or an unknown
/// feature bit, is *too new*. Anything else that is wrong is damage, and an error: a link that was
/// promised is never skipped.
///
/// # `position`
///
/// `SWPOSN\r\n`, version, features, length of the attributes (4 bytes), first and last number of
/// the newest link that is known to be in the replica, the hash chain after it (32 bytes), 32 zero
/// bytes: 96 bytes; SHA-256 of all of that and the attributes (32 bytes); the attributes of that
/// link, whose file may be gone. It is a cache of what the replica says and may lag behind;
/// damaged, it counts as missing, and the replica is asked.
///
/// # Order of events
///
/// | step | a crash after it leaves |
/// |---|---|
/// | content, attributes and footer to `link.tmp`, sync | a temporary, removed at open |
/// | rename to its name, sync the directory: the link is promised | the link |
/// | … it is in the replica | the link; the next start asks the replica |
/// | `position` replaced | the link, known to be shipped; removed at open |
/// | the file is removed | nothing |
///
/// `instance` holds 16 hexadecimal digits drawn when the directory was first used: with the lock of
/// the directory it proves that an older owner of that name is dead.
///
/// `replica` holds the name of the replica that the queue serves, as UTF-8. Another name, and
/// nothing waiting: kept links are removed, then the position, then the name is replaced; a crash
/// in between leaves the old name, and the same is done again. Another name, and links that wait:
/// an error.
@NullMarked
package dev.seawall.archive.internal.link;

import org.jspecify.annotations.NullMarked;
