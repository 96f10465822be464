// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.cli.ops.LocalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A database on the command line, and the name of its replica.
///
/// @param name of the replica
/// @param path absolute
record WatchedDatabase(String name, Path path) {

  /// Reads `PATH` and `NAME=PATH`; a database's name is its file name unless it is given another.
  ///
  /// @param mustExist whether a missing file is refused
  /// @throws CommandFailure when two would share a replica, or one file is named twice: before
  ///   anything is written
  static List<WatchedDatabase> parse(List<String> arguments, boolean mustExist) throws IOException {
    List<WatchedDatabase> databases = new ArrayList<>();
    Map<String, Path> names = new HashMap<>();
    Map<Path, String> paths = new HashMap<>();
    for (String argument : arguments) {
      WatchedDatabase database = parse(argument);
      Path known = names.putIfAbsent(database.name, database.path);
      if (known != null) {
        throw new CommandFailure(
            ExitCode.USAGE,
            known
                + " and "
                + database.path
                + " would share the replica "
                + database.name
                + " and destroy each other's; give one another name: NAME="
                + database.path);
      }
      if (mustExist && !LocalFiles.isFile(database.path)) {
        throw new CommandFailure(
            ExitCode.DATABASE,
            "there is no database " + database.path + "; with --wait it may appear later");
      }
      String other = paths.putIfAbsent(LocalFiles.real(database.path), database.name);
      if (other != null) {
        throw new CommandFailure(
            ExitCode.USAGE,
            database.path + " is named twice, as " + other + " and as " + database.name);
      }
      databases.add(database);
    }
    return databases;
  }

  private static WatchedDatabase parse(String argument) {
    int equals = argument.indexOf('=');
    boolean named = equals > 0 && !argument.substring(0, equals).contains("/");
    Path path = Path.of(named ? argument.substring(equals + 1) : argument).toAbsolutePath();
    Path file = path.normalize().getFileName();
    if (file == null) {
      throw new CommandFailure(ExitCode.USAGE, "'" + argument + "' is not a database's path");
    }
    String name = named ? argument.substring(0, equals) : file.toString();
    return new WatchedDatabase(ReplicaHome.requireName(name), path.normalize());
  }
}
