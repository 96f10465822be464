// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io.internal;

import dev.seawall.io.IoTicket;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One write or sync from its submission to the poll that tells of it; used again afterwards.
///
/// It may take several requests: a short write is carried on, what the kernel did not begin is
/// repeated, a durable write is a write and a sync where `RWF_DSYNC` is missing. It holds the
/// memory until the kernel is done with it.
final class RingOperation {
  /// What a result means.
  enum Next {
    /// It has ended, well or not: see [#failure].
    END,
    /// Another request is needed, at once.
    REQUEST,
    /// Another request is needed, after a pause.
    PAUSE
  }

  private @Nullable RingFile file;
  private @Nullable IoTicket ticket;
  private @Nullable MemorySegment source;
  private @Nullable StorageException failure;
  private long position;
  private long done;
  private boolean durable;
  private boolean dsync;
  private boolean syncing;
  private boolean dataOnly;
  private int truncations;
  private int tries;
  private long pausedSince;
  private boolean paused;

  RingOperation() {}

  RingOperation write(
      RingFile file, IoTicket ticket, long position, MemorySegment source, boolean durable) {
    begin(file, ticket);
    this.position = position;
    this.source = source;
    this.durable = durable;
    this.syncing = false;
    return this;
  }

  RingOperation sync(RingFile file, IoTicket ticket) {
    begin(file, ticket);
    this.position = 0;
    this.source = null;
    this.durable = false;
    this.syncing = true;
    return this;
  }

  private void begin(RingFile file, IoTicket ticket) {
    this.file = file;
    this.ticket = ticket;
    failure = null;
    done = 0;
    tries = 0;
    paused = false;
  }

  RingFile file() {
    RingFile own = file;
    if (own == null) {
      throw new IllegalStateException("an operation that was told of");
    }
    return own;
  }

  @Nullable StorageException failure() {
    return failure;
  }

  /// Returns whether it writes into `[from, to)`.
  boolean overlaps(long from, long to) {
    MemorySegment bytes = source;
    return bytes != null && position < to && from < position + bytes.byteSize();
  }

  /// Puts its next request into the ring; false when that is full.
  boolean prepare(Ring ring, int id) {
    DirectFile direct = file().direct();
    MemorySegment bytes = source;
    if (syncing || bytes == null) {
      dataOnly = direct.lengthIsDurable();
      truncations = direct.truncations();
      return ring.prepareSync(id, direct.descriptor(), dataOnly);
    }
    dsync = durable && direct.dsyncWorks();
    MemorySegment rest = done == 0 ? bytes : bytes.asSlice(done);
    return ring.prepareWrite(id, direct.descriptor(), rest, position + done, dsync);
  }

  /// Takes the result of the last request.
  Next ended(int result) {
    if (result < 0) {
      return refused(-result);
    }
    if (syncing) {
      if (!dataOnly) {
        file().direct().synced(truncations);
      }
      return Next.END;
    }
    return written(result);
  }

  private Next written(int taken) {
    long bytes = source == null ? 0 : source.byteSize();
    if (done + taken >= bytes) {
      syncing = durable && !dsync;
      tries = 0;
      return syncing ? Next.REQUEST : Next.END;
    }
    // From the last whole block on: direct I/O takes no other position. Writing the same bytes
    // again
    // changes nothing.
    long whole = (done + taken) & -StorageFile.BLOCK_BYTES;
    if (whole == done) {
      return pause(Errno.EAGAIN);
    }
    done = whole;
    tries = 0;
    return Next.REQUEST;
  }

  private Next refused(int errno) {
    if (errno == Errno.EINTR) {
      return ++tries < DirectFile.TRIES_ON_EAGAIN ? Next.REQUEST : fail(errno);
    }
    if (errno == Errno.ECANCELED) {
      // Not begun: the kernel does so with what it had left to a helper thread that ends with its
      // submitter, or that it had no room to start.
      return pause(errno);
    }
    if (syncing) {
      // EAGAIN included: a sync that failed once may falsely succeed the second time.
      return fail(errno);
    }
    if (errno == Errno.EAGAIN) {
      return pause(errno);
    }
    if (dsync && (errno == Errno.ENOSYS || errno == Errno.EOPNOTSUPP)) {
      file().direct().dsyncIsRefused();
      return Next.REQUEST;
    }
    return fail(errno);
  }

  private Next pause(int errno) {
    if (++tries >= DirectFile.TRIES_ON_EAGAIN) {
      return fail(errno);
    }
    paused = true;
    pausedSince = System.nanoTime();
    return Next.PAUSE;
  }

  private Next fail(int errno) {
    String verb = syncing ? "sync" : "write";
    String where = syncing ? "" : "at position " + (position + done);
    failure = Errno.failure(verb, file().path(), where, errno);
    return Next.END;
  }

  /// Ends it without a result.
  void fail(StorageException cause) {
    failure = cause;
  }

  /// Makes the failure of an operation whose result will not come.
  StorageException lost(String why) {
    return new StorageException(syncing ? "sync" : "write", file().path(), why, null);
  }

  /// Returns whether it still waits before its next request.
  boolean isPaused() {
    paused = paused && System.nanoTime() - pausedSince < DirectFile.AGAIN_PAUSE_NANOS;
    return paused;
  }

  String verb() {
    return syncing ? "sync" : "write";
  }

  /// Tells its owner, and forgets everything.
  void tell() {
    IoTicket told = ticket;
    StorageException cause = failure;
    file = null;
    ticket = null;
    source = null;
    failure = null;
    if (told != null) {
      told.complete(cause);
    }
  }
}
