// SPDX-License-Identifier: Apache-2.0
package dev.seawall.sqlite.internal;

import dev.seawall.io.FileSystem;
import dev.seawall.io.IoQueue;
import dev.seawall.io.StorageException;
import dev.seawall.io.StorageFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The source of a real database: two connections of the driver, and its files.
///
/// The first connection holds the pin; a second one, which is there only while it is needed, takes
/// the write lock and rolls back, or takes the pin over. None checkpoints by itself, and none reads
/// the schema or keeps pages: hundreds of databases are followed in one process.
public final class JdbcSqliteSource implements SqliteSource {
  private static final int INDEX_LOOKS = 8;

  private final FileSystem files;
  private final DatabaseFiles databaseFiles;
  private final Path path;
  private Connection reader;
  private final int busyMillis;
  private final DatabaseFiles.Opened database;
  private final IoQueue walQueue;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment indexBytes = arena.allocate(WalIndex.BYTES);
  private DatabaseFiles.@Nullable Opened shm;
  private boolean pinned;
  // A second connection with a read transaction that may become the pin.
  private @Nullable Connection ahead;
  // The second connection, while the write lock is held.
  private @Nullable Connection locker;

  private JdbcSqliteSource(
      FileSystem files,
      Path path,
      DatabaseFiles.Opened database,
      Connection reader,
      int busyMillis) {
    this.files = files;
    this.databaseFiles = DatabaseFiles.of(files);
    this.path = path;
    this.database = database;
    this.reader = reader;
    this.busyMillis = busyMillis;
    this.walQueue = files.newQueue();
  }

  /// Opens an existing database.
  ///
  /// @param busyMillis how long the write lock is waited for
  /// @throws IOException when there is none, or SQLite cannot open it
  public static JdbcSqliteSource open(FileSystem files, Path path, int busyMillis)
      throws IOException {
    DatabaseFiles.Opened database = DatabaseFiles.of(files).open(path);
    if (database == null) {
      throw new StorageException("open", path, "there is no database", null);
    }
    return new JdbcSqliteSource(files, path, database, connect(path, busyMillis), busyMillis);
  }

  private static Connection connect(Path path, int busyMillis) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(busyMillis);
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + path.toUri());
      run(connection, "PRAGMA wal_autocheckpoint = 0");
      // Fewer than three pages: SQLite then allocates none in advance.
      run(connection, "PRAGMA cache_size = 2");
      return connection;
    } catch (SQLException e) {
      throw failed("open", path, e);
    }
  }

  @Override
  public String journalMode() throws IOException {
    try (Statement statement = reader.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA journal_mode")) {
      return result.next() ? result.getString(1) : "";
    } catch (SQLException e) {
      throw failed("journal mode of", path, e);
    }
  }

  @Override
  public void pin() throws IOException {
    if (pinned) {
      throw new IllegalStateException(path + " is pinned");
    }
    read(reader);
    pinned = true;
  }

  private void read(Connection connection) throws IOException {
    try {
      run(connection, "BEGIN");
      // A transaction takes its read lock with the first statement that reads.
      try (Statement statement = connection.createStatement()) {
        // Reads page 1 and not the schema.
        statement.executeQuery("PRAGMA schema_version").close();
      }
    } catch (SQLException e) {
      rollBackQuietly(connection);
      throw failed("pin", path, e);
    }
  }

  @Override
  public void pinAhead() throws IOException {
    if (!pinned || ahead != null) {
      throw new IllegalStateException(path + " is not pinned, or twice");
    }
    Connection second = connect(path, busyMillis);
    try {
      read(second);
    } catch (IOException e) {
      closeQuietly(second);
      throw e;
    }
    ahead = second;
  }

  @Override
  public Checkpointed passPin() throws IOException {
    Connection first = reader;
    Connection second = ahead;
    if (second == null) {
      throw new IllegalStateException(path + " has no second pin");
    }
    ahead = null;
    reader = second;
    try {
      end(first);
      return checkpoint(first, "PASSIVE");
    } finally {
      closeQuietly(first);
    }
  }

  @Override
  public void unpinAhead() throws IOException {
    Connection second = ahead;
    if (second != null) {
      ahead = null;
      rollBackQuietly(second);
      closeQuietly(second);
    }
  }

  @Override
  public void unpin() throws IOException {
    if (pinned) {
      pinned = false;
      end(reader);
    }
  }

  @Override
  public boolean lockWrites() throws IOException {
    if (locker != null) {
      throw new IllegalStateException(path + " is locked for writing");
    }
    Connection connection = connect(path, busyMillis);
    try {
      run(connection, "BEGIN IMMEDIATE");
      locker = connection;
      return true;
    } catch (SQLException e) {
      closeQuietly(connection);
      if (e instanceof SQLiteException lite && isBusy(lite.getResultCode())) {
        return false;
      }
      throw failed("lock", path, e);
    }
  }

  // Extended codes of SQLITE_BUSY have it in their lower byte.
  private static boolean isBusy(SQLiteErrorCode code) {
    return (code.code & 0xFF) == SQLiteErrorCode.SQLITE_BUSY.code;
  }

  @Override
  public void unlockWrites() throws IOException {
    Connection connection = locker;
    if (connection != null) {
      locker = null;
      try {
        end(connection);
      } finally {
        closeQuietly(connection);
      }
    }
  }

  private void end(Connection connection) throws IOException {
    try {
      run(connection, "ROLLBACK");
    } catch (SQLException e) {
      throw failed("end a transaction on", path, e);
    }
  }

  @Override
  public Checkpointed checkpointPassive() throws IOException {
    if (pinned) {
      throw new IllegalStateException(path + " is pinned");
    }
    return checkpoint(reader, "PASSIVE");
  }

  @Override
  public Checkpointed checkpointTruncate() throws IOException {
    if (locker != null) {
      throw new IllegalStateException(path + " is locked for writing");
    }
    Connection connection = connect(path, busyMillis);
    try {
      return checkpoint(connection, "TRUNCATE");
    } finally {
      closeQuietly(connection);
    }
  }

  private Checkpointed checkpoint(Connection connection, String mode) throws IOException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      result.next();
      return new Checkpointed(
          result.getLong(1) != 0, Math.max(0, result.getLong(2)), Math.max(0, result.getLong(3)));
    } catch (SQLException e) {
      throw failed("checkpoint", path, e);
    }
  }

  @Override
  public long stamp() throws StorageException {
    DatabaseFiles.Opened known = shm;
    if (known == null) {
      known = databaseFiles.open(shmPath());
      shm = known;
    }
    if (known == null) {
      return 0;
    }
    int read = known.read(0, indexBytes);
    // The first copy of the header: it counts commits, and is written last.
    long stamp = read;
    for (long at = 0; at + 8 <= Math.min(read, 48); at += 8) {
      stamp = stamp * 31 + indexBytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    return stamp;
  }

  private Path shmPath() {
    return path.resolveSibling(path.getFileName() + "-shm");
  }

  @Override
  public @Nullable StorageFile openWal() throws StorageException {
    Path wal = path.resolveSibling(path.getFileName() + "-wal");
    if (!files.status(wal).isFile()) {
      return null;
    }
    try {
      return files.open(wal, FileSystem.OpenMode.READ, walQueue);
    } catch (StorageException e) {
      if (files.status(wal).isMissing()) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public @Nullable WalIndex index() throws StorageException {
    DatabaseFiles.Opened now = databaseFiles.open(shmPath());
    shm = now;
    if (now == null) {
      return null;
    }
    for (int look = 0; look < INDEX_LOOKS; look++) {
      int read = now.read(0, indexBytes);
      WalIndex index = WalIndex.parse(indexBytes.asSlice(0, read));
      if (index != null) {
        return index;
      }
    }
    return null;
  }

  @Override
  public PositionedReader database() {
    return database;
  }

  @Override
  public boolean isSameDatabase() throws StorageException {
    return databaseFiles.isAt(path, database);
  }

  @Override
  public void close() {
    for (Connection second : new Connection[] {locker, ahead}) {
      if (second != null) {
        rollBackQuietly(second);
        closeQuietly(second);
      }
    }
    rollBackQuietly(reader);
    closeQuietly(reader);
    walQueue.close();
    arena.close();
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void rollBackQuietly(Connection connection) {
    try {
      run(connection, "ROLLBACK");
    } catch (SQLException _) {
      // There was no transaction.
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException _) {
      // Nothing of ours was in it.
    }
  }

  private static IOException failed(String verb, Path path, SQLException e) {
    return new IOException(verb + " " + path + ": " + e.getMessage(), e);
  }
}
