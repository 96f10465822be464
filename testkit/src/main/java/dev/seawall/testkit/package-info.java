// SPDX-License-Identifier: Apache-2.0

/// The doors of [dev.seawall.io], simulated: a whole machine in one thread, drawn from one seed.
/// API, published so that you can test your own storage code with it.
///
/// # Where to begin
///
/// [SimMachine] makes a machine from a [Seed]; hand [SimMachine#machine] to your code. [Seeds] runs
/// a test body for many seeds and prints `-Dseed=…` for the one that failed. [CrashMatrix] does the
/// rest for logs: you write a [Subject]. [StorageContract], [MappedWindowContract] and
/// [SchedulerContract] are the suites that every implementation of the doors passes, the simulated
/// one included. `docs/testkit.md` walks through it.
///
/// # The model of the machine
///
/// ```
///   your code            SimFileSystem · SimFile · queue     one incarnation; dies
///   ─────────────────────────────────────────────────────
///   cache image          what every read sees                survives killProcess
///   ───────────── sync, write-back ──────────────────────
///   durable image        what is left without power          survives losePower
/// ```
///
/// A file is a row of blocks of 4096 bytes, each eight sectors of 512 bytes. A sector is written
/// whole or not at all, and nothing else is atomic. Per file there are two images.
///
/// - A write changes the *cache image* at a moment drawn between its submission and the poll that
///   reports it. Its source is read once, at a moment of its own before that, and never again.
/// - A store through a window changes the cache image at once, page by page; a death inside one
///   page leaves any run of the stored bytes. It dirties that page as a write does. A sync of the
///   window covers the pages of its range.
/// - A sector that the cache has and the durable image has not is *dirty*. A sync that reports
///   success makes durable what was polled before it was submitted; of anything else some sectors
///   may go with it. Without any sync, dirty sectors may reach the medium when their block is
///   written again, and at loss of power each survives by its own coin. One loss in eight takes
///   everything unsynced, one in eight spares everything; in the others half of the blocks live or
///   die whole.
/// - A file's length is one more such thing: old, new, or a whole number of blocks in between. A
///   file whose name survived and whose bytes did not is shorter, or has zeros.
/// - A durable write makes its own bytes durable, and the length that they need.
/// - A *failed sync* leaves some sectors written and calls all of them clean: they read back well,
///   no later sync writes them, and they die with the power.
/// - A *failed write* leaves each sector old or new and poisons the open file. A full disk is a
///   failed write too.
/// - A *directory* has a cached and a durable set of names. Each creation, rename and removal since
///   the last sync of the directory survives loss of power by its own coin, but for this: changes
///   of one name keep their order, and one that stands on a lost one is lost. A rename is one
///   change of two names; between directories the old name never goes without the new one coming.
///   So any subset that respects those rules can survive, which is more than a journal would allow
///   and no more than POSIX does. `createDirectories` is durable at once.
/// - Blocks count against [SimOptions#withCapacityBytes] when they are first written; with
///   [SimOptions#withCopyOnWrite] rewriting needs a free block too. Names are free.
///
/// Paths are names, taken as given and normalised; no file of the host is ever touched.
///
/// # Two deaths
///
/// [SimMachine#killProcess] ends the process: each operation in flight happened, in part, or not;
/// open files, queues, workers and locks are gone; the cache stays. [SimMachine#losePower] does
/// that and then drops the cache. Afterwards every door of the dead incarnation throws [SimCrash],
/// except that closing does nothing, and [SimMachine#machine] boots the next one. Kill, open, lose
/// power is three calls in that order. [Fault.Crash] strikes at an operation that you count to,
/// inside whatever your code is doing then.
///
/// # Honest and dishonest faults
///
/// A [FaultPlan] is *honest* – crashes, failing operations, full disks – or *dishonest*: syncs that
/// lie, writes that are lost or land elsewhere, flipped bits. Code that keeps its promises survives
/// an honest plan without loss. Under a dishonest one all that can be asked is that nothing wrong
/// is returned and that loss is reported where evidence of it was left. The two are never mixed,
/// and a plan prints as text that [FaultPlan#parse] reads.
///
/// # What a seed determines
///
/// Everything: which worker steps next, which operation completes when, every coin of a death,
/// latencies, the clocks' origins, [dev.seawall.io.Machine#random], the order in which a directory
/// is listed. Two runs of one seed are the same run if the code under test reaches the world
/// through its [dev.seawall.io.Machine] only, and iterates over nothing whose order is the JVM's.
/// Each part draws from a stream of its own.
///
/// # Bugs that are found at once
///
/// These are an [AssertionError], or the exception that the contract names: two writes in flight
/// that touch one block, or a write to a file of which a window is open; memory freed while a write
/// is in flight; unaligned writes; a ticket submitted while in flight; a deadlock; a livelock (a
/// limit of steps); a worker that closes itself.
///
/// # Threads
///
/// Everything here is confined to one thread, the test's.
@NullMarked
package dev.seawall.testkit;

import org.jspecify.annotations.NullMarked;
