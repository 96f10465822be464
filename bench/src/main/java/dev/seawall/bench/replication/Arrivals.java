// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.replication;

import dev.seawall.ltx.LtxDecoder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jpountz.lz4.LZ4FrameInputStream;

/// Finds out which object brought which row, by applying one object after another to an empty
/// database and asking for the last row; and when the object became visible: its file's `ctime`,
/// set by the rename or link that made it so (clock of the kernel, 4 ms coarse).
final class Arrivals {
  /// @param lagsMicros of each row that arrived, from its commit until its object was visible
  /// @param objects captured links: PUTs, without what is merged from them
  record Lags(List<Long> lagsMicros, int objects) {}

  private final Path replica;
  private final Path work;
  private final Written written;
  private final List<Long> lags = new ArrayList<>();
  private int known;

  private Arrivals(Path replica, Path work, Written written) {
    this.replica = replica;
    this.work = work;
    this.written = written;
  }

  /// @param replica the directory of one replica's objects
  /// @param work a new directory
  static Lags of(Path replica, Path work, Written written) throws IOException, SQLException {
    Files.createDirectories(work);
    Arrivals arrivals = new Arrivals(replica, work, written);
    int objects =
        Files.isDirectory(replica.resolve("generations")) ? arrivals.segments() : arrivals.links();
    return new Lags(List.copyOf(arrivals.lags), objects);
  }

  private int links() throws IOException, SQLException {
    Path level = replica.resolve("ltx/0");
    if (!Files.isDirectory(level)) {
      level = replica.resolve("0000");
    }
    List<Path> files = files(level, ".ltx");
    Path database = work.resolve("built.db");
    for (Path file : files) {
      try (RandomAccessFile pages = new RandomAccessFile(database.toFile(), "rw");
          InputStream stream = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        LtxDecoder decoder = new LtxDecoder(stream, file.toString());
        int pageSize = decoder.header().pageSize();
        while (decoder.next()) {
          ByteBuffer page = decoder.page();
          byte[] bytes = new byte[pageSize];
          page.get(bytes);
          pages.seek((decoder.pageNumber() - 1) * pageSize);
          pages.write(bytes);
        }
        pages.setLength(decoder.header().commit() * (long) pageSize);
      }
      arrived(file, lastRow("file:" + database + "?immutable=1"));
    }
    return files.size();
  }

  private int segments() throws IOException, SQLException {
    List<Path> generations;
    try (var found = Files.list(replica.resolve("generations"))) {
      generations = found.toList();
    }
    int objects = 0;
    for (Path generation : generations) {
      Path snapshot = files(generation.resolve("snapshots"), ".lz4").getFirst();
      Path database = work.resolve("built.db");
      expand(snapshot, database, false);
      arrived(snapshot, lastRow("file:" + database + "?immutable=1"));
      String index = "";
      List<Path> segments = files(generation.resolve("wal"), ".lz4");
      objects += segments.size() + 1;
      for (Path segment : segments) {
        String its = segment.getFileName().toString().substring(0, 8);
        Path log = Path.of(database + "-wal");
        if (!its.equals(index) && Files.exists(log)) {
          // The next log begins: SQLite moves the finished one into the database.
          try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
              Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
          }
          Files.deleteIfExists(log);
        }
        index = its;
        expand(segment, log, true);
        arrived(segment, lastRowOfCopy(database, log));
      }
    }
    return objects;
  }

  private static void expand(Path file, Path target, boolean append) throws IOException {
    try (InputStream stream = new LZ4FrameInputStream(Files.newInputStream(file))) {
      byte[] bytes = stream.readAllBytes();
      if (append) {
        Files.write(target, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } else {
        Files.write(target, bytes);
      }
    }
  }

  // Asking would move the log into the database at the end: a copy is asked.
  private long lastRowOfCopy(Path database, Path log) throws IOException, SQLException {
    Path copy = work.resolve("copy.db");
    Files.deleteIfExists(Path.of(copy + "-shm"));
    Files.copy(database, copy, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(log, Path.of(copy + "-wal"), StandardCopyOption.REPLACE_EXISTING);
    return lastRow(copy.toString());
  }

  private static long lastRow(String database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet last = statement.executeQuery("SELECT coalesce(max(id), 0) FROM w")) {
      return last.getLong(1);
    }
  }

  private void arrived(Path file, long lastRow) throws IOException {
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    long visible = changed.to(TimeUnit.MICROSECONDS);
    for (; known < Math.min(lastRow, written.rows()); known++) {
      lags.add(visible - written.micros(known + 1));
    }
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (var found = Files.list(folder)) {
      return found
          .filter(file -> file.toString().endsWith(suffix))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }
}
