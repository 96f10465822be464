// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The ownerships of a replica: who began to write where. Immutable.
///
/// Every owner, before its first link, puts `epochs/NNNNNNNNNNNNNNNN.json` if absent, with its
/// number one above the highest one and the first number it will write. From that number on, links
/// of older epochs are void, whenever they arrive: an owner that was paused for hours cannot slip
/// one in. What another program wrote has no epoch and is not judged.
public final class Epochs {
  private static final String FIRST = "seawall-epoch-first";
  private static final int TRIES = 8;
  private static final Pattern NAME = Pattern.compile("[0-7][0-9a-f]{15}\\.json");

  /// One ownership.
  ///
  /// @param number dense, from 1
  /// @param first first number that its owner wrote
  /// @param owner for people
  public record Epoch(long number, long first, String owner) {}

  private final List<Epoch> all;

  private Epochs(List<Epoch> all) {
    this.all = List.copyOf(all);
  }

  /// Returns the ownerships.
  public static Epochs of(List<Epoch> all) {
    return new Epochs(all.stream().sorted(Comparator.comparingLong(Epoch::number)).toList());
  }

  /// Reads the ownerships of a replica: one listing, and one look at each of them and at the number
  /// behind the last. Numbers are dense and looks are never late, so that a late listing hides
  /// none.
  public static Epochs list(Replica replica) throws IOException {
    return read(replica, replica.listAll(replica.layout().epochPrefix(), null));
  }

  /// Reads the ownerships of a replica that was listed before; otherwise like [#list].
  ///
  /// @param listed at least what is listed of them
  public static Epochs read(Replica replica, Collection<ObjectInfo> listed) throws IOException {
    String prefix = replica.layout().epochPrefix();
    long highest = 0;
    for (ObjectInfo each : listed) {
      String key = each.key().text();
      if (key.startsWith(prefix) && NAME.matcher(key.substring(prefix.length())).matches()) {
        String digits = key.substring(prefix.length(), prefix.length() + 16);
        highest = Math.max(highest, Long.parseUnsignedLong(digits, 16));
      }
    }
    List<Epoch> found = new ArrayList<>();
    for (long number = 1; ; number++) {
      ObjectInfo info = replica.head(replica.layout().epoch(number));
      if (info != null) {
        found.add(epoch(number, info));
      } else if (number > highest) {
        return of(found);
      }
    }
  }

  private static Epoch epoch(long number, ObjectInfo info) throws ChainDamagedException {
    String first = info.metadata().get(FIRST);
    if (first == null || !first.matches("[0-9]{1,18}")) {
      throw new ChainDamagedException(
          "ownership "
              + info.key()
              + " does not say where it begins; remove it only if you know"
              + " that no other writer is left");
    }
    String owner = info.metadata().getOrDefault("seawall-owner", "unknown");
    return new Epoch(number, Long.parseLong(first), owner);
  }

  /// Returns these ownerships and one more.
  Epochs with(Epoch epoch) {
    List<Epoch> more = new ArrayList<>(all);
    more.add(epoch);
    return of(more);
  }

  /// Claims the next number for an owner that begins at `first`.
  ///
  /// @param writer drawn at random by the owner at its start: tells its own lost reply from a rival
  static Epoch claim(Replica replica, long first, String owner, String writer) throws IOException {
    long number = 1;
    for (int i = 0; i < TRIES; i++) {
      Epochs known = list(replica);
      number = Math.max(number, known.all.isEmpty() ? 1 : known.all.getLast().number() + 1);
      Map<String, String> metadata = new HashMap<>();
      metadata.put(FIRST, Long.toString(first));
      metadata.put("seawall-owner", owner);
      metadata.put("seawall-writer", writer);
      String json =
          "{\"epoch\":" + number + ",\"first\":" + first + ",\"writer\":\"" + writer + "\"}\n";
      try {
        replica.put(
            replica.layout().epoch(number),
            ObjectContent.of(json),
            metadata,
            PutCondition.ifAbsent());
        return new Epoch(number, first, owner);
      } catch (ObjectStoreException e) {
        if (e.kind() != Kind.PRECONDITION_FAILED) {
          throw e;
        }
        // Taken, and perhaps not listed yet: go past it.
        number++;
      }
    }
    throw new ForeignWriterException(
        "the ownership of " + replica.describe() + " is claimed again and again by others");
  }

  /// Returns all, oldest first.
  public List<Epoch> all() {
    return all;
  }

  /// Returns the ownership that makes a link void; null when it stands.
  public @Nullable Epoch voiding(Link link, LinkMarks marks) {
    return voiding(link.last(), marks);
  }

  @Nullable Epoch voiding(long last, LinkMarks marks) {
    if (marks.epoch() == 0) {
      return null;
    }
    for (Epoch each : all) {
      if (each.number() > marks.epoch() && each.first() <= last) {
        return each;
      }
    }
    return null;
  }

  /// Returns whether any ownership can make a link void: only then its marks must be looked at.
  public boolean mayVoid(Link link) {
    return all.stream().skip(1).anyMatch(each -> each.first() <= link.last());
  }
}
