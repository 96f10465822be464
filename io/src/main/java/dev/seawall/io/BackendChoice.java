// SPDX-License-Identifier: Apache-2.0
package dev.seawall.io;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which backends to try, in order, and which not to use although they would work. Immutable.
///
/// The first that works is taken when a machine is opened; what was passed over, and why, is in
/// [FileSystem#report]. Nothing here reads the environment; [SystemMachine] does, and takes out of
/// any choice what [Switch#DISABLE_IO_URING] forbids.
public final class BackendChoice {
  /// What [Backend#AUTO] means; ADR 0010 says what was measured and when io_uring comes first.
  private static final List<Backend> AUTO_ORDER = List.of(Backend.DIRECT, Backend.CHANNEL);

  private final List<Backend> order;
  private final Map<Backend, String> disabled;

  private BackendChoice(List<Backend> order, Map<Backend, String> disabled) {
    this.order = order;
    this.disabled = disabled;
  }

  /// Returns the choice that one word means: AUTO is an order of several, any other backend is that
  /// one or none.
  public static BackendChoice of(Backend backend) {
    return backend == Backend.AUTO
        ? new BackendChoice(AUTO_ORDER, Map.of())
        : firstOf(List.of(backend));
  }

  /// Returns the first that works of several.
  ///
  /// With CHANNEL among them the page cache will do: a file whose file system refuses direct I/O is
  /// written through it. Without, opening such a file fails.
  ///
  /// @throws IllegalArgumentException when there is none, or AUTO is among them
  public static BackendChoice firstOf(List<Backend> order) {
    if (order.isEmpty() || order.contains(Backend.AUTO)) {
      throw new IllegalArgumentException("backends to choose from: " + order);
    }
    return new BackendChoice(List.copyOf(order), Map.of());
  }

  /// Returns a choice that never takes `backend`.
  ///
  /// @param why a sentence without its end, for [FileSystem#report] and messages
  public BackendChoice without(Backend backend, String why) {
    Map<Backend, String> more = new EnumMap<>(Backend.class);
    more.putAll(disabled);
    more.put(backend, why);
    return new BackendChoice(order, more);
  }

  /// Returns what is tried, in order; disabled ones included.
  public List<Backend> order() {
    return order;
  }

  /// Returns why a backend is not to be used; null when it may be.
  public @Nullable String disabledBecause(Backend backend) {
    return disabled.get(backend);
  }
}
