// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One measurement, as the coordinator hands it to the JVM that does it: words `name=value`.
///
/// @param peer who
/// @param cell what
/// @param directory an empty directory of its own
/// @param disk the block device under it, as /sys/class/block calls it; empty where unknown
/// @param seconds how long durable appends are measured
/// @param warmUpSeconds how long they run before that
/// @param records how many appends W1 measures and W5 and OPEN load
/// @param seed what the payloads are drawn from
/// @param cold how W5 and OPEN empty the page cache to read cold
record Plan(
    Peers peer,
    Cell cell,
    Path directory,
    String disk,
    double seconds,
    double warmUpSeconds,
    long records,
    long seed,
    PageCache.Cold cold) {

  List<String> words() {
    return List.of(
        "peer=" + peer.label(),
        "workload=" + cell.workload(),
        "payloadBytes=" + cell.payloadBytes(),
        "threads=" + cell.threads(),
        "batchRecords=" + cell.batchRecords(),
        "form=" + cell.form(),
        "directory=" + directory,
        "disk=" + disk,
        "seconds=" + seconds,
        "warmUpSeconds=" + warmUpSeconds,
        "records=" + records,
        "seed=" + seed,
        "cold=" + cold);
  }

  static Plan of(String[] words) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("expected name=value: " + word);
      }
      values.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Plan(
        Peers.of(value(values, "peer")),
        new Cell(
            value(values, "workload"),
            Integer.parseInt(value(values, "payloadBytes")),
            Integer.parseInt(value(values, "threads")),
            Integer.parseInt(value(values, "batchRecords")),
            Cell.Form.valueOf(value(values, "form"))),
        Path.of(value(values, "directory")),
        value(values, "disk"),
        Double.parseDouble(value(values, "seconds")),
        Double.parseDouble(value(values, "warmUpSeconds")),
        Long.parseLong(value(values, "records")),
        Long.parseLong(value(values, "seed")),
        PageCache.Cold.valueOf(value(values, "cold")));
  }

  private static String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name + "= in " + values);
    }
    return value;
  }
}
