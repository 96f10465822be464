// SPDX-License-Identifier: Apache-2.0
package dev.seawall.house;

/// Prints where the test seconds went.
public final class TestTimes {
  private TestTimes() {}

  /// Entry point.
  public static void main(String[] args) {
    System.out.println("test times: later");
  }
}
