// SPDX-License-Identifier: Apache-2.0

/// The doors to the world: files, time, threads, randomness. API; [SystemMachine] opens the real
/// ones.
///
/// # What survives
///
/// Two deaths are told apart. When the *process* dies (`kill -9`, a crash of the JVM) the operating
/// system and its caches live on. When *power* is lost, or the kernel dies, only what reached
/// stable storage is left. "Whole" below means: this call's effect, all of it.
///
/// | call, returned or polled without failure | process death | loss of power |
/// |---|---|---|
/// | [StorageFile#write], [StorageFile#submitWrite] | whole | each 512-byte sector old or new, independently, until a sync covers it |
/// | [StorageFile#submitDurableWrite], [StorageFile#writeDurably] | whole | whole, if the name is durable; says nothing of other writes |
/// | [StorageFile#sync], [StorageFile#submitSync] | – | every write polled (or returned) before the sync was submitted, and the length |
/// | [MappedWindow#store] | whole | each sector old or new, until a [MappedWindow#sync] covers it |
/// | [MappedWindow#sync] | – | every store into its range that returned before |
/// | [StorageFile#truncate] | whole | old or new length, until a sync |
/// | [FileSystem#open] with CREATE | whole | the name is there or not, until [FileSystem#syncDirectory] of its directory |
/// | [FileSystem#rename] | whole | old or new name, never neither, never a mixture, until [FileSystem#syncDirectory] |
/// | [FileSystem#delete] | whole | gone or not, until [FileSystem#syncDirectory] |
/// | [FileSystem#syncDirectory] | – | all creations, renames and removals in that directory that returned before |
/// | [FileSystem#createDirectories] | whole | whole: each parent is synced |
/// | [FileSystem#lock] | released by the operating system | released |
/// | [AtomicFile#commit] | whole | whole: old content or new, never a mixture, also when it failed |
/// | [StorageFile#close], [IoQueue#close] | – | nothing: closing is not syncing |
///
/// A call that *failed* has an unknown effect: a write may have happened in part, a rename or sync
/// whole or not. After a failed sync the page cache may hold bytes that read back well and die with
/// the power, and the next sync may falsely succeed; therefore the file is poisoned and nobody
/// tries again on the same bytes.
///
/// # Per platform
///
/// | | Linux, x86-64 and arm64 | Linux elsewhere, macOS | Windows |
/// |---|---|---|---|
/// | backend | `uring` (io_uring with `O_DIRECT`), `threads` (a few threads with the calls of `direct`), `direct` (`O_DIRECT`, `pwrite`, `pwritev2` with `RWF_DSYNC`), or `channel` | `channel` | `channel` |
/// | sync | `fdatasync`; `fsync` after a truncation | `FileChannel.force`: `fdatasync` / `F_FULLFSYNC` | `FlushFileBuffers` |
/// | durable write | `RWF_DSYNC`, or a write and a sync | a write and a sync | a write and a sync |
/// | sync of a window | `msync` | `msync`; macOS does not empty the device's cache then | `FlushViewOfFile`, `FlushFileBuffers` |
/// | sync of a directory | `fsync` on it | `fsync` on it | nothing: NTFS journals names, their moment is its own |
/// | rename | `rename(2)` | `rename(2)` | `MoveFileEx` with replacement, tried again while a scanner holds a file |
/// | modes 0600 and 0700 | set at creation | set at creation | inherited access list of the parent directory |
/// | hard links counted | yes | yes | always 1 |
///
/// # Which backend
///
/// [BackendChoice] names the backends to try, in order; the first that works is taken when the
/// machine is opened, and [FileSystem#report] says which it is and why the ones before it are not.
/// io_uring is tried by making a ring and sending a request through it, since a container may
/// forbid either call. Two things are found out later: a file system that refuses `O_DIRECT` gets
/// the same system calls through the page cache (`buffered`), and a process that can have no
/// further ring (too many open files or threads) works inside `submit`. Both appear in the report.
///
/// On `uring` and `threads` several operations are really in flight ([IoQueue#depth] over 1), on
/// `direct` long writes, by threads as well. Which thread submits and which one polls may change
/// from call to call; a submitter may end before its operations do. Blocking verbs, reads included,
/// are the system calls of `direct`.
///
/// # Assumptions
///
/// - A sync that returned has emptied the device's volatile cache; a device that lies is found at
///   recovery, not here.
/// - A 512-byte sector is written whole or not at all, and rewriting a block does not harm its
///   neighbours (powersafe overwrite).
/// - The file system is local. On network file systems neither locks nor syncs mean what this table
///   says.
/// - On a journalled or copy-on-write file system a rename is atomic for an observer after a crash;
///   ext4, XFS, Btrfs, ZFS, APFS and NTFS promise it.
///
/// # Interrupts
///
/// Interrupting a thread ends its wait in [WaitWord#await], and nothing else. Reads never close a
/// file. Writes and syncs of the `channel` backend *do* close the file when their thread is
/// interrupted (`FileChannel`); so they belong on a thread that nobody interrupts, which is what
/// [IoQueue#callerMayLead] says.
@NullMarked
package dev.seawall.io;

import org.jspecify.annotations.NullMarked;
