// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/// The constants of an enum as users write them.
abstract class LowerCase<E extends Enum<E>> implements Iterable<String> {
  private final E[] constants;

  @SafeVarargs
  @SuppressWarnings("varargs")
  LowerCase(E... constants) {
    this.constants = constants;
  }

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(constants).map(c -> c.name().toLowerCase(Locale.ROOT)).iterator();
  }
}
