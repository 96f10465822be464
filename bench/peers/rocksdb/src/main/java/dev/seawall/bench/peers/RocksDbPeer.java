// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB as a log: default options, compression off, the key is the record's number. Durable is
/// `sync`, a fdatasync of its write-ahead log shared by the writers of a group. Recycling is
/// `recycle_log_file_num=4`: the files of the write-ahead log come back, all records stay.
public final class RocksDbPeer implements Peer {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final boolean recycling;
  private final AtomicLong lastKey = new AtomicLong();
  private @Nullable RocksDB database;
  private @Nullable Options options;
  private boolean durable;

  /// @param cell what is measured
  public RocksDbPeer(Cell cell) {
    recycling = cell.form() == Cell.Form.RECYCLING;
  }

  @Override
  public void open(Path directory, boolean durable) throws RocksDBException {
    this.durable = durable;
    lastKey.set(0);
    Options chosen = options();
    options = chosen;
    database = RocksDB.open(chosen, directory.toString());
  }

  private Options options() {
    Options chosen =
        new Options().setCreateIfMissing(true).setCompressionType(CompressionType.NO_COMPRESSION);
    return recycling ? chosen.setRecycleLogFileNum(4) : chosen;
  }

  @Override
  public Writer writer() {
    RocksDB opened = database;
    if (opened == null) {
      throw new IllegalStateException("not open");
    }
    return new Appending(opened, lastKey, new WriteOptions().setSync(durable));
  }

  /// Every put is a write() to the operating system.
  @Override
  public void drain() {}

  /// Enough that memtables are flushed and files of the write-ahead log come back.
  @Override
  public long fillBytes() {
    return recycling ? 512L << 20 : 0;
  }

  @Override
  public void close() {
    if (database != null) {
      database.close();
    }
    if (options != null) {
      options.close();
    }
    database = null;
    options = null;
  }

  @Override
  public void readBack(Path directory, Sink sink) throws RocksDBException {
    try (Options chosen = options();
        RocksDB opened = RocksDB.open(chosen, directory.toString());
        RocksIterator records = opened.newIterator()) {
      for (records.seekToFirst(); records.isValid(); records.next()) {
        byte[] payload = records.value();
        sink.record((long) LONG.get(records.key(), 0), payload, 0, payload.length);
      }
      records.status();
    }
  }

  private static final class Appending implements Writer {
    private final RocksDB database;
    private final AtomicLong lastKey;
    private final WriteOptions options;
    private final byte[] key = new byte[Long.BYTES];

    Appending(RocksDB database, AtomicLong lastKey, WriteOptions options) {
      this.database = database;
      this.lastKey = lastKey;
      this.options = options;
    }

    @Override
    public void append(byte[] payload) throws RocksDBException {
      LONG.set(key, 0, lastKey.incrementAndGet());
      database.put(options, key, payload);
    }

    @Override
    public void appendBatch(byte[][] payloads, int from, int count) throws RocksDBException {
      long last = lastKey.addAndGet(count);
      try (WriteBatch batch = new WriteBatch()) {
        for (int i = 0; i < count; i++) {
          LONG.set(key, 0, last - count + 1 + i);
          batch.put(key, payloads[(from + i) % payloads.length]);
        }
        database.write(options, batch);
      }
    }

    @Override
    public void close() {
      options.close();
    }
  }
}
