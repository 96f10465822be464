// SPDX-License-Identifier: Apache-2.0

/// Wrapped records: what stands in front of a payload that is compressed or encrypted, and the way
/// there and back. Internal.
///
/// The bytes are specified in `frame/package-info`. This package composes them; a
/// [dev.seawall.wal.RecordCodec] transforms payloads and knows nothing of indexes, logs or files.
@NullMarked
package dev.seawall.wal.internal.codec;

import org.jspecify.annotations.NullMarked;
