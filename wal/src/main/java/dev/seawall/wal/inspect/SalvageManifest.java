// SPDX-License-Identifier: Apache-2.0
package dev.seawall.wal.inspect;

import dev.seawall.io.Machine;
import dev.seawall.wal.internal.scan.DirectoryLook;
import dev.seawall.wal.internal.scan.LogPlan;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The manifest of a salvage as JSON. Stateless.
///
/// ```
/// {
///   "format": "seawall-salvage-1",
///   "source": "/data/log", "sourceLogId": "…32 digits…", "salvagedMillis": 0,
///   "records": 0, "payloadBytes": 0,
///   "kept": [{"firstIndex": 1, "lastIndex": 7, "newFirstIndex": 1}],
///   "lost": [{"firstIndex": 8, "lastIndex": 9, "file": "…", "position": 0, "bytes": 0, "why": "…"}]
/// }
/// ```
///
/// An index of 0 in `lost` is one that is not known, or none.
final class SalvageManifest {
  private SalvageManifest() {}

  static MemorySegment encode(Path source, LogPlan plan, Salvage.Result result, Machine machine) {
    var tail = plan.tail();
    String logId = tail == null ? "" : DirectoryLook.logId(tail.header());
    StringBuilder json = new StringBuilder(1024);
    json.append("{\n  \"format\": \"seawall-salvage-1\",\n  \"source\": ");
    text(json, source.toString());
    json.append(",\n  \"sourceLogId\": ");
    text(json, logId);
    json.append(",\n  \"salvagedMillis\": ").append(machine.time().wallMillis());
    json.append(",\n  \"records\": ").append(result.records());
    json.append(",\n  \"payloadBytes\": ").append(result.payloadBytes());
    json.append(",\n  \"kept\": [");
    String separator = "\n";
    for (Salvage.Kept kept : result.kept()) {
      json.append(separator).append("    {\"firstIndex\": ").append(kept.firstIndex());
      json.append(", \"lastIndex\": ").append(kept.lastIndex());
      json.append(", \"newFirstIndex\": ").append(kept.newFirstIndex()).append('}');
      separator = ",\n";
    }
    json.append("\n  ],\n  \"lost\": [");
    separator = "\n";
    for (Salvage.Lost lost : result.lost()) {
      json.append(separator).append("    {\"firstIndex\": ").append(lost.firstIndex());
      json.append(", \"lastIndex\": ").append(lost.lastIndex()).append(", \"file\": ");
      text(json, lost.file());
      json.append(", \"position\": ").append(lost.position());
      json.append(", \"bytes\": ").append(lost.bytes()).append(", \"why\": ");
      text(json, lost.why());
      json.append('}');
      separator = ",\n";
    }
    json.append("\n  ]\n}\n");
    return MemorySegment.ofArray(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void text(StringBuilder json, String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
