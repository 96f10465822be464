// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import dev.seawall.io.internal.Entropy;
import dev.seawall.io.internal.PlatformScheduler;
import dev.seawall.io.internal.ProcessSwitches;
import dev.seawall.io.internal.SystemFileSystem;
import dev.seawall.io.internal.SystemTime;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.file.Path;
import java.util.Set;

/// Opens the real machine: disk, threads, clocks and entropy of the operating system.
///
/// The environment variables of [Switch] are obeyed here, and nowhere above: each call reads them
/// and throws [IllegalArgumentException] when one says neither yes nor no.
public final class SystemMachine {
  private SystemMachine() {}

  /// Opens a machine whose failed workers are reported to the JVM's default uncaught exception
  /// handler, which prints them.
  ///
  /// Thread-safe. Its threads are daemons and end with [Scheduler#close].
  ///
  /// @throws StorageException when one backend was asked for and cannot be had; the message says
  ///   why
  public static Machine open(Backend backend) throws StorageException {
    return open(BackendChoice.of(backend));
  }

  /// Opens a machine with the first backend of a choice that works; otherwise like the one above.
  ///
  /// @throws StorageException when none works; the message says why
  public static Machine open(BackendChoice choice) throws StorageException {
    return open(choice, SystemMachine::toDefaultHandler);
  }

  /// Opens a machine with a handler for what workers throw.
  ///
  /// @param failedWorker gets the thread and what [Worker#step] threw; that worker never runs again
  /// @throws StorageException when one backend was asked for and cannot be had; the message says
  ///   why
  public static Machine open(Backend backend, UncaughtExceptionHandler failedWorker)
      throws StorageException {
    return open(BackendChoice.of(backend), failedWorker);
  }

  /// Opens a machine with the first backend of a choice that works, and a handler for what workers
  /// throw.
  ///
  /// @param failedWorker gets the thread and what [Worker#step] threw; that worker never runs again
  /// @throws StorageException when none works; the message says why
  public static Machine open(BackendChoice choice, UncaughtExceptionHandler failedWorker)
      throws StorageException {
    return open(choice, new PlatformScheduler(failedWorker));
  }

  /// Opens a machine for a program that ends soon: its files are the JDK's channels, and no system
  /// call is linked for its waiting. Otherwise like the first one.
  public static Machine openBriefly() throws StorageException {
    return open(
        BackendChoice.of(Backend.CHANNEL),
        new PlatformScheduler(SystemMachine::toDefaultHandler, false));
  }

  private static Machine open(BackendChoice choice, PlatformScheduler scheduler)
      throws StorageException {
    Set<Switch> switches = ProcessSwitches.read();
    BackendChoice allowed =
        switches.contains(Switch.DISABLE_IO_URING)
            ? choice.without(Backend.URING, Switch.DISABLE_IO_URING.reason())
            : choice;
    return new Machine(
        SystemFileSystem.open(allowed, Path.of(".")),
        scheduler,
        new SystemTime(),
        Entropy.seeded(),
        switches);
  }

  private static void toDefaultHandler(Thread thread, Throwable thrown) {
    thread.getThreadGroup().uncaughtException(thread, thrown);
  }
}
