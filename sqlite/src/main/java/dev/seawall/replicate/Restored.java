// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

/// What a restore did.
///
/// @param preview what it fetched and where it ended
/// @param pageSize bytes a page of the database; 0 when it is empty
/// @param pages length of the database in pages
/// @param indexesRight whether every page index was right; if not, Litestream's VFS cannot read the
///   replica, though a restore can
public record Restored(RestorePreview preview, int pageSize, long pages, boolean indexesRight) {}
