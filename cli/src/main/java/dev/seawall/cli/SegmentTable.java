// SPDX-License-Identifier: Apache-2.0
package dev.seawall.cli;

import dev.seawall.io.BackendReport;
import dev.seawall.wal.inspect.FrameView;
import dev.seawall.wal.inspect.SegmentView;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Segments and frames, as text and as JSON: one object for the log, one a segment, one a frame.
final class SegmentTable {
  private final Output output;
  private boolean titled;

  SegmentTable(Output output) {
    this.output = output;
  }

  void head(
      long first,
      long durable,
      long written,
      List<SegmentView> segments,
      @Nullable String damage,
      BackendReport backend)
      throws IOException {
    SegmentView.Promise promise = null;
    SegmentView.State state = null;
    SegmentView.Header header = null;
    long bytes = 0;
    for (SegmentView segment : segments) {
      bytes += segment.bytes();
      header = segment.header() == null ? header : segment.header();
      state = segment.state() == null ? state : segment.state();
      if (isFurther(segment.promise(), promise)) {
        promise = segment.promise();
      }
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("log", header == null ? "" : header.logId());
    fields.put("version", header == null ? 0 : header.version());
    fields.put("firstIndex", first);
    fields.put("durableIndex", durable);
    fields.put("writtenIndex", written);
    fields.put("promise", promise(promise));
    fields.put("checkpoint", state == null ? 0 : state.checkpoint());
    fields.put("pins", state == null ? Map.of() : state.pins());
    fields.put("files", segments.size());
    fields.put("bytes", bytes);
    fields.put("damage", damage == null ? "" : damage);
    fields.put("backend", backend.text());
    output.json(fields);
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      boolean empty = String.valueOf(field.getValue()).isEmpty();
      output.text(
          String.format(Locale.ROOT, "%-13s %s", field.getKey(), empty ? "-" : field.getValue()));
    }
    output.text("");
  }

  void segment(SegmentView segment, boolean detailed) throws IOException {
    Map<String, Object> fields = fields(segment);
    output.json(fields);
    if (detailed) {
      for (Map.Entry<String, Object> field : fields.entrySet()) {
        output.text(String.format(Locale.ROOT, "%-16s %s", field.getKey(), field.getValue()));
      }
      return;
    }
    if (!titled) {
      output.text(
          String.format(
              Locale.ROOT,
              "%7s  %-9s %12s %12s %12s %12s %6s  %s",
              "segment",
              "kind",
              "first",
              "last",
              "frames end",
              "bytes",
              "epoch",
              "file"));
      titled = true;
    }
    output.text(
        String.format(
            Locale.ROOT,
            "%7d  %-9s %12d %12d %12d %12d %6d  %s%s",
            segment.number(),
            name(segment.kind()),
            segment.firstIndex(),
            segment.lastIndex(),
            segment.end(),
            segment.bytes(),
            segment.epoch(),
            segment.fileName(),
            segment.problem().isEmpty() ? "" : "  " + segment.problem()));
  }

  void frameTitle() throws IOException {
    output.text(
        String.format(
            Locale.ROOT,
            "         %12s %10s  %-7s %-6s %12s %10s  %s",
            "position",
            "bytes",
            "",
            "type",
            "index",
            "payload",
            "says"));
  }

  void frame(SegmentView segment, FrameView frame) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("segment", segment.number());
    fields.put("position", frame.position());
    fields.put("bytes", frame.bytes());
    fields.put("validity", name(frame.validity()));
    fields.put("type", name(frame.type()));
    fields.put("payloadLength", frame.payloadLength());
    fields.put("endsBatch", frame.endsBatch());
    fields.put("index", frame.index());
    fields.put("epoch", frame.epoch());
    fields.put("timestamp", frame.timestamp());
    fields.put("detail", frame.detail());
    output.json(fields);
    boolean isFrame = frame.type() != FrameView.Type.NONE;
    output.text(
        String.format(
                Locale.ROOT,
                "         %12d %10d  %-7s %-6s %12s %10s  %s",
                frame.position(),
                frame.bytes(),
                name(frame.validity()),
                isFrame ? name(frame.type()) : "-",
                isFrame ? Long.toString(frame.index()) : "",
                isFrame ? Integer.toString(frame.payloadLength()) : "",
                frame.detail())
            .stripTrailing());
  }

  private static Map<String, Object> fields(SegmentView segment) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("segment", segment.number());
    fields.put("kind", name(segment.kind()));
    fields.put("file", segment.file().toString());
    fields.put("bytes", segment.bytes());
    fields.put("firstIndex", segment.firstIndex());
    fields.put("lastIndex", segment.lastIndex());
    fields.put("end", segment.end());
    fields.put("epoch", segment.epoch());
    fields.put("problem", segment.problem());
    SegmentView.Header header = segment.header();
    if (header != null) {
      fields.put("version", header.version());
      fields.put("features", header.features());
      fields.put("log", header.logId());
      fields.put("salt", Long.toHexString(header.salt()));
      fields.put("created", Instant.ofEpochMilli(header.createdMillis()).toString());
      fields.put("fileBytes", header.fileBytes());
    }
    fields.put("promise", promise(segment.promise()));
    SegmentView.Seal seal = segment.seal();
    if (seal != null) {
      fields.put("sealPosition", seal.position());
      fields.put("sealFirstIndex", seal.firstIndex());
      fields.put("sealLastIndex", seal.lastIndex());
      fields.put("greatestTimestamp", seal.greatestTimestamp());
      fields.put("successor", seal.successor());
      fields.put("sealed", Instant.ofEpochMilli(seal.sealedMillis()).toString());
    }
    SegmentView.State state = segment.state();
    if (state != null) {
      fields.put("firstIndexKept", state.firstIndexKept());
      fields.put("firstSegmentKept", state.firstSegmentKept());
      fields.put("highestSegment", state.highestSegment());
      fields.put("predecessor", state.predecessor());
      fields.put("predecessorEnd", state.predecessorEnd());
      fields.put("checkpoint", state.checkpoint());
      fields.put("pins", state.pins());
    }
    return fields;
  }

  private static boolean isFurther(
      SegmentView.@Nullable Promise one, SegmentView.@Nullable Promise other) {
    if (one == null || other == null) {
      return one != null;
    }
    return one.segment() != other.segment()
        ? one.segment() > other.segment()
        : one.position() > other.position();
  }

  private static String promise(SegmentView.@Nullable Promise promise) {
    return promise == null || promise.segment() == 0
        ? ""
        : "segment " + promise.segment() + ", position " + promise.position();
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
