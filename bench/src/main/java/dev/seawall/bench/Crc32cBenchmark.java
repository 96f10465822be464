// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench;

import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What one frame's checksum costs: the floor under every append.
@State(Scope.Thread)
public class Crc32cBenchmark {
  @Param({"64", "1024", "65536"})
  private int payloadLength;

  private byte[] payload = new byte[0];

  /// Fills the payload.
  @Setup
  public void fill() {
    payload = new byte[payloadLength];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 31);
    }
  }

  /// One checksum over one payload.
  @Benchmark
  public long crc32c() {
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, payload.length);
    return crc.getValue();
  }
}
