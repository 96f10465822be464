// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The two sides of the damage test, each in a JVM of its own: writes a log and closes it properly;
/// reads it again after it was damaged and says what came back.
final class Damaged {
  /// Workload that writes.
  static final String WRITE = "DAMAGE-WRITE";

  /// Workload that reads.
  static final String READ = "DAMAGE-READ";

  private Damaged() {}

  /// Returns the payloads, all different.
  static byte[][] payloads(long seed) {
    return Arrays.copyOf(new Payloads(seed, 1, Damage.PAYLOAD_BYTES).of(0), Damage.RECORDS);
  }

  static Map<String, Double> write(Plan plan) throws Exception {
    Path directory = Files.createDirectory(plan.directory().resolve("log"));
    byte[][] payloads = payloads(plan.seed());
    Peer peer = plan.peer().make(plan.cell());
    peer.open(directory, true);
    try (peer;
        Peer.Writer writer = peer.writer()) {
      for (byte[] payload : payloads) {
        writer.append(payload);
      }
    }
    return new LinkedHashMap<>();
  }

  static Map<String, Double> read(Plan plan) {
    Outcome outcome = new Outcome(payloads(plan.seed()));
    try {
      plan.peer().make(plan.cell()).readBack(plan.directory().resolve("log"), outcome);
    } catch (Throwable thrown) {
      outcome.error = thrown;
    }
    Measure.print("DETAIL " + outcome.error());
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("right", (double) outcome.right);
    metrics.put("wrong", (double) outcome.wrong);
    metrics.put("error", outcome.error == null ? 0.0 : 1.0);
    return metrics;
  }

  private static final class Outcome implements Peer.Sink {
    private final byte[][] payloads;
    private int right;
    private int wrong;
    private @Nullable Throwable error;

    Outcome(byte[][] payloads) {
      this.payloads = payloads;
    }

    @Override
    public void record(long index, byte[] bytes, int offset, int length) {
      int slot = length < Payloads.HEAD_BYTES ? -1 : Payloads.slotOf(bytes, offset);
      boolean same =
          slot >= 0
              && slot < payloads.length
              && Arrays.equals(
                  payloads[slot], 0, payloads[slot].length, bytes, offset, offset + length);
      if (same) {
        right++;
      } else {
        wrong++;
      }
    }

    String error() {
      if (error == null) {
        return "";
      }
      String message = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
      return error.getClass().getSimpleName()
          + ": "
          + message.substring(0, Math.min(160, message.length()));
    }
  }
}
