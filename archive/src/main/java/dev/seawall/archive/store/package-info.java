// SPDX-License-Identifier: Apache-2.0

/// Object stores that need no library: a directory. API.
///
/// # A directory as an object store
///
/// The object `db/0000/x` is the file `ROOT/db/0000/x`, with exactly the object's bytes, so that
/// other programs (Litestream's file replicas) can read it and write beside it. What a file system
/// has no place for lies in a directory `.seawall` beside the object:
///
/// | name in `.seawall` | what it is |
/// |---|---|
/// | `x.meta` | the sidecar of object `x`: version, length, hash, time, metadata |
/// | `<16 hex digits>-<16 hex digits>.part` | content being staged; the first number is the wall clock in ms |
/// | `LOCK`, `OWNER` | the lock that every change of this directory is made under |
///
/// # Sidecar
///
/// UTF-8 text, lines ended by a line feed; at most 64 KiB.
///
/// | line | meaning |
/// |---|---|
/// | `seawall object 1 features 0` | format version and feature bits; another one is refused as too new |
/// | `version <16 hex>` | begins a record; drawn at random for each put |
/// | `bytes <decimal>` | length of the content |
/// | `hash <64 hex>` | SHA-256 of the content as it was written |
/// | `modified <decimal>` | wall clock of the put, ms since 1970 |
/// | `meta <key> <value>` | any number, sorted |
/// | `end` | ends the record |
/// | `sum <64 hex>` | SHA-256 of all lines before; the last line |
///
/// A record describes the file beside it if the lengths agree, and, when more than one does or the
/// file is small (64 KiB), if the hash agrees too. A file without such a record was written by
/// another program: it has no metadata, and its version is made of its bytes or its length.
///
/// # Putting, and what a crash leaves
///
/// | step | a crash after it leaves |
/// |---|---|
/// | 1 content to a `.part` file, sync | a part file; removed a day later by the next put |
/// | 2 lock the directory; look whether the condition holds | the same; the lock dies with the process |
/// | 3 sidecar with the records of the old and the new object: temporary, sync, rename, sync directory | the old object with its own record |
/// | 4 rename the part file to the object's name | old object or new one, and its own record |
/// | 5 sync the object's directory | the new object |
///
/// Until step 4 a failure is *not done*; after it, *unknown*. Removing an object goes the other
/// way: the name, sync, then the sidecar, which harms nobody when it is left.
///
/// What somebody who died has put or removed is made durable before it is confirmed: by `head` of
/// what is there, by `delete` of what is not.
///
/// Putting if absent is decided under the lock. [dev.seawall.io.FileSystem] has no hard links, so
/// another program that does not take the lock and creates the same name between steps 2 and 4 is
/// overwritten; two Seawalls never overwrite each other, in one process or in several. The file
/// system is local, as everywhere in `io`: over NFS neither locks nor syncs mean what they say.
///
/// Names that a file system cannot hold (a segment over 240 bytes, an object below another object,
/// a segment `.seawall`) are refused as invalid. Symbolic links are not followed and not listed.
@NullMarked
package dev.seawall.archive.store;

import org.jspecify.annotations.NullMarked;
