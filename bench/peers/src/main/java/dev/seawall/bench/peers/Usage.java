// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// What this process and the machine used up to now; two of them make a difference.
///
/// @param nanos the monotonic clock
/// @param cpuNanos processor time of this process
/// @param allocatedBytes bytes allocated by all its threads, also those that ended
/// @param machineCpuNanos processor time of the whole machine, 0 where unknown
/// @param flushes cache flushes the data's disk has executed, −1 where unknown
record Usage(long nanos, long cpuNanos, long allocatedBytes, long machineCpuNanos, long flushes) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final long NANOS_PER_TICK = 10_000_000;

  static Usage now(String disk) {
    return new Usage(
        System.nanoTime(),
        SYSTEM.getProcessCpuTime(),
        THREADS.getTotalThreadAllocatedBytes(),
        readMachineCpu(),
        readFlushes(disk));
  }

  /// Adds the same where appends were counted in a window of their own. The two snapshots may lie
  /// beside it, since the thread that takes them must get a core first, so the rate tells how many
  /// records belong to them; when they hardly overlap, nothing is said.
  void addTo(
      Map<String, Double> metrics, Usage before, double recordsPerSecond, double windowSeconds) {
    double elapsedSeconds = (nanos - before.nanos) / 1e9;
    if (elapsedSeconds > windowSeconds / 2 && recordsPerSecond > 0) {
      addTo(metrics, before, recordsPerSecond * elapsedSeconds);
    }
  }

  /// Returns the bytes the calling thread has allocated.
  static long callerBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /// Adds what was used since `before`, per record of that time.
  void addTo(Map<String, Double> metrics, Usage before, double records) {
    double elapsed = nanos - before.nanos;
    long cpu = cpuNanos - before.cpuNanos;
    metrics.put("cpuNanosPerRecord", cpu / records);
    metrics.put("allocatedBytesPerRecord", (allocatedBytes - before.allocatedBytes) / records);
    if (machineCpuNanos > 0) {
      double foreign = Math.max(0, machineCpuNanos - before.machineCpuNanos - cpu);
      metrics.put("foreignCpuCores", foreign / elapsed);
    }
    if (flushes >= 0 && before.flushes >= 0) {
      metrics.put("flushesPerRecord", (flushes - before.flushes) / records);
    }
  }

  private static long readMachineCpu() {
    try {
      // "cpu user nice system idle iowait irq softirq steal": all but idle and iowait.
      String[] fields =
          Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +", -1);
      long ticks = 0;
      for (int i = 1; i < fields.length && i <= 8; i++) {
        if (i != 4 && i != 5) {
          ticks += Long.parseLong(fields[i]);
        }
      }
      return ticks * NANOS_PER_TICK;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  private static long readFlushes(String disk) {
    if (disk.isEmpty()) {
      return -1;
    }
    try {
      // Documentation/admin-guide/iostats.rst, field 16 behind the name: flush requests completed.
      String[] fields =
          Files.readString(Path.of("/sys/class/block", disk, "stat")).trim().split(" +", -1);
      return fields.length > 15 ? Long.parseLong(fields[15]) : -1;
    } catch (IOException | NumberFormatException _) {
      return -1;
    }
  }
}
