// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.wal.WalReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// How records are printed by the verbs that print them.
final class RecordPrinter {
  private static final MemorySegment NEWLINE = MemorySegment.ofArray(new byte[] {'\n'});

  @Option(
      names = "--framed",
      description =
          "Print frames: length as 4 bytes, little-endian, then that many bytes. Without it a newline"
              + " follows each record, which is ambiguous when payloads hold newlines.")
  private boolean framed;

  @Option(
      names = "--durable",
      description =
          "Only records that the log has promised to keep. Without it also those that a writer has"
              + " handed to the file and not yet promised: they survive the writer's death, not a loss"
              + " of power.")
  private boolean durable;

  RecordPrinter() {}

  dev.seawall.wal.Visibility visibility() {
    return durable ? dev.seawall.wal.Visibility.DURABLE : dev.seawall.wal.Visibility.WRITTEN;
  }

  /// Prints the reader's current record.
  void print(Output output, WalReader reader) throws IOException {
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("index", reader.index());
      fields.put("timestamp", reader.timestamp());
      fields.put("endsBatch", reader.endsBatch());
      fields.putAll(Output.payload(reader.payloadBytes()));
      output.json(fields);
      return;
    }
    MemorySegment payload = reader.payload();
    if (framed) {
      int length = Math.toIntExact(payload.byteSize());
      byte[] head = {
        (byte) length, (byte) (length >>> 8), (byte) (length >>> 16), (byte) (length >>> 24)
      };
      output.bytes(MemorySegment.ofArray(head));
      output.bytes(payload);
    } else {
      output.bytes(payload);
      output.bytes(NEWLINE);
    }
  }
}
