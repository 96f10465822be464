// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive.internal.lease;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/// The content of a lease file. Immutable.
///
/// @param generation at least 0
/// @param expiresAt by the holder's wall clock
/// @param owner for people
/// @param ttlMillis 0 when another program wrote it
public record LeaseRecord(long generation, Instant expiresAt, String owner, long ttlMillis) {
  /// The longest lease file that is read.
  public static final int MAX_BYTES = 16 * 1024;

  private static final Instant RELEASED = Instant.parse("0001-01-01T00:00:00Z");

  /// Reads a file.
  ///
  /// @throws IOException when it is none
  public static LeaseRecord decode(byte[] json) throws IOException {
    Map<String, Object> values;
    if (!new String(json, StandardCharsets.UTF_8).stripLeading().startsWith("{")) {
      throw new IOException("it is not a JSON object");
    }
    try {
      values = JSON.std.mapFrom(json);
    } catch (JacksonException e) {
      throw new IOException("it is not a JSON object", e);
    }
    Object generation = values.get("generation");
    Object expires = values.get("expires_at");
    Object owner = values.get("owner");
    Object ttl = values.get("ttl_ms");
    if (!(generation instanceof Number number) || !(expires instanceof String text)) {
      throw new IOException("it has no generation, or does not say when it expires");
    }
    try {
      return new LeaseRecord(
          Math.max(0, number.longValue()),
          OffsetDateTime.parse(text).toInstant(),
          owner instanceof String name ? name : "unknown",
          ttl instanceof Number millis ? Math.max(0, millis.longValue()) : 0);
    } catch (DateTimeException e) {
      throw new IOException("it expires at '" + text + "', which is no time", e);
    }
  }

  /// Returns the bytes of the file.
  public byte[] encode() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("generation", generation);
    values.put("expires_at", expiresAt.toString());
    values.put("owner", owner);
    values.put("ttl_ms", ttlMillis);
    return JSON.std.asString(values).getBytes(StandardCharsets.UTF_8);
  }

  /// Returns whether its holder gave it back by writing instead of removing it.
  public boolean isReleased() {
    return !expiresAt.isAfter(RELEASED);
  }

  /// Returns whether the owner goes by that name.
  public boolean isOf(String instance) {
    return owner.endsWith(suffix(instance));
  }

  /// Returns what an owner's name ends with.
  public static String suffix(String instance) {
    return " seawall-" + instance;
  }
}
