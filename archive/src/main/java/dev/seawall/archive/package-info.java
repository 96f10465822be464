// SPDX-License-Identifier: Apache-2.0

/// Chains of links: what is shipped to an object store, written once for logs and for SQLite. API.
///
/// A [Link] is an immutable object that covers `first..last` of one sequence; a [Chain] is all of
/// them in one [Replica]. What is inside a link is its producer's business.
///
/// ```
///   producer ──► LinkStore ──► Uploader ──► replica ──► RestorePlanner ──► VerifiedRead ──► consumer
///                (local, durable) │  ▲
///                                 │  └── Fence: Lease + Epochs, one writer
///                                 └───── StoreCalls, Retrier, CircuitBreaker
/// ```
///
/// # Invariants
///
/// 1. A link that [LinkWriter#commit] returned is durable here until it is in the replica (I-1).
/// 2. Level 0 of the replica has no hole at any moment: link by link, in order (I-6). What cannot
///    be shipped is waited for; the queue is bounded and says when it is full (I-12).
/// 3. Nothing that stands in the replica is overwritten, but a *void* link: one whose owner had
///    lost the replica before it arrived. Nobody's plan uses a void link.
/// 4. Of two owners one wins; the other stops and is told who holds the replica (I-14).
/// 5. A plan reaches its target or fails, naming both neighbours of the hole; verification of
///    nothing fails (I-13).
/// 6. What is read is checked: SHA-256 of every object that carries one (I-11).
///
/// # Who may be where when it dies
///
/// | moment | what is left | who cleans up |
/// |---|---|---|
/// | a link is being written | `link.tmp` | [LinkStore#open] |
/// | committed, not shipped | the link, waiting | the uploader, after asking the replica |
/// | staged | nothing visible; parts of an upload on S3 | the bucket's lifecycle rule, the directory's sweep |
/// | shipped, not noted | the link here and there | the uploader: same number, same hash, not void: noted |
/// | the lease is held | `lock.json` | the same instance at once, another one after TTL and margin |
/// | an ownership was claimed, nothing written | a number that is skipped | nobody needs to |
/// | a request is still on its way | it may arrive later | its condition, or its epoch, makes it harmless |
///
/// # Fencing, in three layers
///
/// 1. The [Lease]: Litestream's `lock.json`, under conditional writes. It keeps two writers apart
///    in time, as far as clocks and pauses allow.
/// 2. Create-only keys: of two links with one name the first stays. Whoever is refused looks: its
///    own lost reply, or another writer, and then it stops.
/// 3. [Epochs]: every ownership claims a number and says where it begins. A link of an older epoch
///    that reaches into a newer one is void, whenever it arrives: also hours later, when its key
///    was free again because retention had removed the new owner's merged links. [L0Retention]
///    keeps those for an hour at least, so that layer 2 decides in nearly all cases.
///
/// Seed 2 of `UploaderSimTest` showed why layer 3 needs all ownerships and not only two numbers: a
/// request of a life before last arrived after the next life had claimed its epoch, brought the
/// very bytes that were wanted, and was void all the same.
///
/// # What a late listing can hide
///
/// Ownerships are found by name one after another, and so are links of one number each (LTX at
/// level 0). On a store whose listings are late *and* whose links cover several numbers, an owner
/// that takes over within that time from somebody who has just given the lease back may begin too
/// early. S3, and directories, list what was put.
@NullMarked
package dev.seawall.archive;

import org.jspecify.annotations.NullMarked;
