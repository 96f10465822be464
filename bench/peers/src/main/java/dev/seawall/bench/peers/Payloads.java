// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// The payloads of a run, drawn from its seed. Each writer cycles through its own; the first eight
/// bytes say which writer and which one, the rest is random. They are made before the clock starts
/// and never change, so that an asynchronous log may keep a reference.
final class Payloads {
  /// Bytes in front of the random part.
  static final int HEAD_BYTES = 8;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[][][] byWriter;

  /// Draws the payloads. The number per writer is prime and fits the second-level cache: an
  /// application appends bytes it has just made.
  Payloads(long seed, int writers, int length) {
    int perWriter = writers == 1 ? 1021 : 127;
    SplittableRandom random = new SplittableRandom(seed);
    byWriter = new byte[writers][perWriter][length];
    for (int writer = 0; writer < writers; writer++) {
      for (int slot = 0; slot < perWriter; slot++) {
        byte[] payload = byWriter[writer][slot];
        random.nextBytes(payload);
        INT.set(payload, 0, writer);
        INT.set(payload, 4, slot);
      }
    }
  }

  /// Returns what one writer appends, in order, starting over at the end.
  byte[][] of(int writer) {
    return byWriter[writer];
  }

  /// Returns how many writers there are.
  int writers() {
    return byWriter.length;
  }

  /// Returns which writer made the payload that starts here.
  static int writerOf(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  /// Returns which of its writer's payloads starts here.
  static int slotOf(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset + 4);
  }
}
