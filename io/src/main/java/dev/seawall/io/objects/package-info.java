// SPDX-License-Identifier: Apache-2.0

/// The door to object stores: S3, a directory, a simulated one. API.
///
/// # What a store promises
///
/// An object is a key, bytes, a few strings of metadata and a *version* (S3's ETag) that changes
/// with every put. It appears whole or not at all, and is never changed in place.
///
/// | call, returned | afterwards |
/// |---|---|
/// | [ObjectStore#put] | the object is durable under its key with its bytes and metadata; [PutCondition] says when it is refused |
/// | [ObjectStore#stage] | nothing is visible; the bytes are as near to the store as it can bring them |
/// | [StagedPut#publish] | as `put` |
/// | [ObjectStore#get] | a body of exactly the asked bytes of *one* version, or a failure while it is read |
/// | [ObjectStore#head] | what a `put` that returned has stored, or a later one |
/// | [ObjectStore#list] | keys in the order of their UTF-8 bytes; a store may be late here, see below |
/// | [ObjectStore#delete] | the keys are gone; a missing one is no error |
/// | [ObjectStore#deleteIfMatch] | gone, if that version stood there |
///
/// Of any number of callers that put one key with [PutCondition.IfAbsent] at the same time, exactly
/// one succeeds; the same for one version with [PutCondition.IfMatch]. Everything that keeps two
/// writers apart stands on this, so a store that cannot promise it has no place behind this door.
///
/// A listing may be late on some stores: a key that was put may be missing from it, or one that was
/// deleted still be there, for seconds. Conditions are never late.
///
/// # Failures
///
/// Every failure is an [ObjectStoreException], which says two things: its
/// [ObjectStoreException.Kind] (whether to try again, whom to tell) and its
/// [ObjectStoreException.Effect]: *not done*, or *unknown* – the reply was lost and the call may
/// have happened, or may happen later still. What a reader does is always *not done*. A conditional
/// put whose effect is unknown is answered by looking: [ObjectStore#head] shows whose bytes stand
/// there.
///
/// # Checksums
///
/// Metadata `seawall-sha256` ([ObjectMetadata#SHA256]) holds the SHA-256 of the stored bytes, 64
/// lower-case hexadecimal digits; a store adds it to what it is given. An object that was put by
/// somebody else may lack it, and so may one that was streamed with unknown length and did not fit
/// into one part. Reading through `archive` checks it. Metadata keys are lower case, since S3 makes
/// them so.
///
/// # Keys
///
/// [ObjectKey] refuses names that could leave a directory: see there. Keys that a listing shows and
/// that are no [ObjectKey] are left out of it.
@NullMarked
package dev.seawall.io.objects;

import org.jspecify.annotations.NullMarked;
