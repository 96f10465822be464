// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.Backend;
import dev.seawall.io.Machine;
import dev.seawall.io.StorageException;
import dev.seawall.io.SystemMachine;

/// The machine of one verb, given back at its end.
final class OpenMachine implements AutoCloseable {
  private final Machine machine;

  private OpenMachine(Machine machine) {
    this.machine = machine;
  }

  static OpenMachine open(Backend backend) throws StorageException {
    return new OpenMachine(SystemMachine.open(backend));
  }

  /// Opens the machine of the SQLite verbs: files through the page cache, and no buffers that live
  /// as long as a log's.
  static OpenMachine ofTools() throws StorageException {
    return open(Backend.CHANNEL);
  }

  /// The same for a verb that ends soon.
  static OpenMachine ofShortVerbs() throws StorageException {
    return new OpenMachine(SystemMachine.openBriefly());
  }

  Machine machine() {
    return machine;
  }

  @Override
  public void close() {
    machine.scheduler().close();
  }
}
