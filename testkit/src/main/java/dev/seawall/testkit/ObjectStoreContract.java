// SPDX-License-Identifier: Apache-2.0
package dev.seawall.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.seawall.io.objects.ObjectBody;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectInfo;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.ObjectStoreException;
import dev.seawall.io.objects.ObjectStoreException.Effect;
import dev.seawall.io.objects.ObjectStoreException.Kind;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.io.objects.StagedPut;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What every [ObjectStore] does, line by line, for any test framework: the directory, S3 and the
/// simulated one pass it.
public final class ObjectStoreContract {
  private static final ObjectKey KEY = ObjectKey.of("db/0000/key");
  private static final ObjectKey OTHER = ObjectKey.of("db/other");
  private static final PutCondition ABSENT = PutCondition.ifAbsent();

  private static final List<Line> LINES =
      List.of(
          line(
              "whatWasPutIsReadWithItsMetadata",
              ObjectStoreContract::whatWasPutIsReadWithItsMetadata),
          line(
              "emptyAndStreamedContentIsStored",
              ObjectStoreContract::emptyAndStreamedContentIsStored),
          line("aChecksumThatWasGivenIsKept", ObjectStoreContract::aChecksumThatWasGivenIsKept),
          line("putIfAbsentNeverReplaces", ObjectStoreContract::putIfAbsentNeverReplaces),
          line(
              "putIfMatchReplacesThatVersionOnly",
              ObjectStoreContract::putIfMatchReplacesThatVersionOnly),
          line(
              "ofRacingPutsIfAbsentExactlyOneWins",
              ObjectStoreContract::ofRacingPutsIfAbsentExactlyOneWins),
          line("whatIsStagedIsNotVisible", ObjectStoreContract::whatIsStagedIsNotVisible),
          line(
              "aRefusedPublicationMayBeTriedAgain",
              ObjectStoreContract::aRefusedPublicationMayBeTriedAgain),
          line(
              "metadataThatNoStoreTakesIsRefused",
              ObjectStoreContract::metadataThatNoStoreTakesIsRefused),
          line(
              "contentThatCannotBeReadIsNotDone",
              ObjectStoreContract::contentThatCannotBeReadIsNotDone),
          line(
              "contentOfAnotherLengthThanPromisedIsNotDone",
              ObjectStoreContract::contentOfAnotherLengthThanPromisedIsNotDone),
          line("rangesAreExactAndStopAtTheEnd", ObjectStoreContract::rangesAreExactAndStopAtTheEnd),
          line(
              "aRangeTellsTheLengthOfTheWholeObject",
              ObjectStoreContract::aRangeTellsTheLengthOfTheWholeObject),
          line(
              "readingOneVersionNeverMixesTwo",
              ObjectStoreContract::readingOneVersionNeverMixesTwo),
          line("whatIsMissingIsNullOrNotFound", ObjectStoreContract::whatIsMissingIsNullOrNotFound),
          line("listingIsInTheOrderOfKeys", ObjectStoreContract::listingIsInTheOrderOfKeys),
          line("listingGoesOnPageByPage", ObjectStoreContract::listingGoesOnPageByPage),
          line("strangeButLegalKeysAreKept", ObjectStoreContract::strangeButLegalKeysAreKept),
          line(
              "deletionOfWhatIsMissingIsNoError",
              ObjectStoreContract::deletionOfWhatIsMissingIsNoError),
          line(
              "deletionIfMatchTakesThatVersionOnly",
              ObjectStoreContract::deletionIfMatchTakesThatVersionOnly),
          line("aClosedStoreSaysSo", ObjectStoreContract::aClosedStoreSaysSo));

  private final ObjectStore store;

  private ObjectStoreContract(ObjectStore store) {
    this.store = store;
  }

  /// One line: a name that is a sentence, and a check. Immutable.
  public static final class Line {
    private final String name;
    private final Check check;

    private Line(String name, Check check) {
      this.name = name;
      this.check = check;
    }

    /// Returns the sentence, in camel case, as a test's name.
    public String name() {
      return name;
    }

    /// Holds a store to the line.
    ///
    /// @param store empty, a fresh one for each line; may be closed by it
    /// @throws AssertionError when the store does not keep it
    /// @throws Exception when the store throws what the line does not expect
    public void check(ObjectStore store) throws Exception {
      check.run(new ObjectStoreContract(store));
    }
  }

  private interface Check {
    void run(ObjectStoreContract contract) throws Exception;
  }

  /// Returns the lines, each to be checked with an empty store of its own.
  public static List<Line> lines() {
    return LINES;
  }

  private static Line line(String name, Check check) {
    return new Line(name, check);
  }

  // ---- puts

  void whatWasPutIsReadWithItsMetadata() throws IOException {
    ObjectInfo put =
        store.put(KEY, content("hello"), Map.of("Litestream-Timestamp", "2026"), ABSENT);
    Expect.equal(5, put.bytes());
    try (ObjectBody body = store.get(KEY)) {
      Expect.equal("hello", text(body));
      Expect.equal("2026", body.info().metadata().get("litestream-timestamp"));
      Expect.equal(sha256("hello"), body.info().sha256());
      Expect.equal(put.version(), body.info().version());
    }
    ObjectInfo head = head(KEY);
    Expect.equal(5, head.bytes());
    Expect.equal(sha256("hello"), head.sha256());
    Expect.equal(put.version(), head.version());
    Expect.equal("2026", head.metadata().get("litestream-timestamp"));
  }

  void emptyAndStreamedContentIsStored() throws IOException {
    store.put(KEY, content(""), Map.of(), ABSENT);
    try (ObjectBody body = store.get(KEY)) {
      Expect.equal("", text(body));
    }
    ObjectContent streamed =
        ObjectContent.streamed(new ByteArrayInputStream("streamed".getBytes(UTF_8)));
    ObjectInfo put = store.put(OTHER, streamed, Map.of(), PutCondition.always());
    Expect.equal(8, put.bytes());
    try (ObjectBody body = store.get(OTHER)) {
      Expect.equal("streamed", text(body));
      Expect.equal(sha256("streamed"), body.info().sha256());
    }
  }

  void aChecksumThatWasGivenIsKept() throws IOException {
    String told = sha256("hello");
    store.put(KEY, new Told("hello", told), Map.of(), ABSENT);
    Expect.equal(told, head(KEY).sha256());
  }

  void putIfAbsentNeverReplaces() throws IOException {
    store.put(KEY, content("first"), Map.of(), ABSENT);
    refused(Kind.PRECONDITION_FAILED, () -> store.put(KEY, content("second"), Map.of(), ABSENT));
    Expect.equal("first", read(KEY));
    store.put(KEY, content("third"), Map.of(), PutCondition.always());
    Expect.equal("third", read(KEY));
  }

  void putIfMatchReplacesThatVersionOnly() throws IOException {
    ObjectInfo first = store.put(KEY, content("first"), Map.of("a", "1"), ABSENT);
    ObjectInfo second =
        store.put(
            KEY, content("second"), Map.of("a", "2"), PutCondition.ifMatch(first.requireVersion()));
    Expect.that(!first.requireVersion().equals(second.requireVersion()), "another version");
    refused(
        Kind.PRECONDITION_FAILED,
        () ->
            store.put(
                KEY, content("third"), Map.of(), PutCondition.ifMatch(first.requireVersion())));
    Expect.equal("second", read(KEY));
    Expect.equal("2", head(KEY).metadata().get("a"));
    refused(
        Kind.PRECONDITION_FAILED,
        () ->
            store.put(OTHER, content("x"), Map.of(), PutCondition.ifMatch(first.requireVersion())));
  }

  void ofRacingPutsIfAbsentExactlyOneWins() throws Exception {
    int won = 0;
    for (int writer = 0; writer < 4; writer++) {
      try (StagedPut staged = store.stage(KEY, content("writer " + writer), Map.of())) {
        try (StagedPut rival = store.stage(KEY, content("rival " + writer), Map.of())) {
          won += wins(staged);
          won += wins(rival);
        }
      }
    }
    Expect.equal(1, won);
    Expect.equal("writer 0", read(KEY));
  }

  private static int wins(StagedPut staged) throws ObjectStoreException {
    try {
      staged.publish(ABSENT);
      return 1;
    } catch (ObjectStoreException e) {
      Expect.equal(Kind.PRECONDITION_FAILED, e.kind());
      return 0;
    }
  }

  void whatIsStagedIsNotVisible() throws IOException {
    try (StagedPut staged = store.stage(KEY, content("staged"), Map.of())) {
      Expect.equal(null, store.head(KEY));
      Expect.equal(List.of(), store.list("", null, 10));
      staged.publish(ABSENT);
      Expect.thrown(IllegalStateException.class, () -> staged.publish(ABSENT));
    }
    Expect.equal("staged", read(KEY));
    StagedPut given = store.stage(OTHER, content("given up"), Map.of());
    given.close();
    given.close();
    Expect.equal(null, store.head(OTHER));
    Expect.thrown(IllegalStateException.class, () -> given.publish(ABSENT));
  }

  void aRefusedPublicationMayBeTriedAgain() throws IOException {
    store.put(KEY, content("first"), Map.of(), ABSENT);
    try (StagedPut staged = store.stage(KEY, content("second"), Map.of())) {
      refused(Kind.PRECONDITION_FAILED, () -> staged.publish(ABSENT));
      staged.publish(PutCondition.ifMatch(head(KEY).requireVersion()));
    }
    Expect.equal("second", read(KEY));
  }

  void metadataThatNoStoreTakesIsRefused() {
    Expect.thrown(
        IllegalArgumentException.class,
        () -> store.put(KEY, content("x"), Map.of("a b", "1"), ABSENT));
    Expect.thrown(
        IllegalArgumentException.class,
        () -> store.put(KEY, content("x"), Map.of("a", "line\nbreak"), ABSENT));
    Expect.thrown(
        IllegalArgumentException.class,
        () -> store.put(KEY, content("x"), Map.of("a", "x".repeat(3000)), ABSENT));
  }

  void contentThatCannotBeReadIsNotDone() throws IOException {
    ObjectContent broken = ObjectContent.streamed(new Broken());
    ObjectStoreException e = refused(Kind.INVALID, () -> store.put(KEY, broken, Map.of(), ABSENT));
    Expect.equal(Effect.NOT_DONE, e.effect());
    Expect.equal(null, store.head(KEY));
  }

  void contentOfAnotherLengthThanPromisedIsNotDone() throws IOException {
    ObjectContent shorter = new Promised("hello", 6);
    ObjectStoreException e = refused(Kind.INVALID, () -> store.put(KEY, shorter, Map.of(), ABSENT));
    Expect.equal(Effect.NOT_DONE, e.effect());
    refused(Kind.INVALID, () -> store.put(KEY, new Promised("hello", 4), Map.of(), ABSENT));
    Expect.equal(null, store.head(KEY));
  }

  // ---- reads

  void rangesAreExactAndStopAtTheEnd() throws IOException {
    store.put(KEY, content("0123456789"), Map.of(), ABSENT);
    Expect.equal("345", range(3, 3));
    Expect.equal("89", range(8, 100));
    Expect.equal("", range(10, 5));
    Expect.equal("", range(99, 5));
    Expect.equal("", range(3, 0));
    Expect.equal("56789", range(5, Long.MAX_VALUE));
    Expect.thrown(IllegalArgumentException.class, () -> store.get(KEY, -1, 5, null));
    Expect.thrown(IllegalArgumentException.class, () -> store.get(KEY, 0, -1, null));
  }

  void aRangeTellsTheLengthOfTheWholeObject() throws IOException {
    store.put(KEY, content("0123456789"), Map.of("a", "1"), ABSENT);
    try (ObjectBody body = store.get(KEY, 3, 3, null)) {
      Expect.equal(10, body.info().bytes());
      Expect.equal(3, body.length());
      Expect.equal(3, body.position());
      Expect.equal("1", body.info().metadata().get("a"));
    }
  }

  void readingOneVersionNeverMixesTwo() throws IOException {
    ObjectInfo first = store.put(KEY, content("first"), Map.of(), ABSENT);
    Expect.equal("rst", text(store.get(KEY, 2, 3, first.requireVersion())));
    store.put(KEY, content("other"), Map.of(), PutCondition.always());
    refused(Kind.PRECONDITION_FAILED, () -> store.get(KEY, 2, 3, first.requireVersion()).close());
  }

  void whatIsMissingIsNullOrNotFound() throws IOException {
    Expect.equal(null, store.head(KEY));
    refused(Kind.NOT_FOUND, () -> store.get(KEY).close());
    store.put(KEY.resolve("below"), content("x"), Map.of(), ABSENT);
    Expect.equal(null, store.head(KEY));
    refused(Kind.NOT_FOUND, () -> store.get(KEY).close());
  }

  // ---- listings

  void listingIsInTheOrderOfKeys() throws IOException {
    List<String> names = List.of("a/b", "a.b", "a/0/x", "a0", "b", "a/b.c", "a/b0");
    for (String name : names) {
      store.put(ObjectKey.of(name), content(name), Map.of(), ABSENT);
    }
    List<String> sorted = names.stream().sorted().toList();
    Expect.equal(sorted, listed("", null, 100));
    Expect.equal(List.of("a/0/x", "a/b", "a/b.c", "a/b0"), listed("a/", null, 100));
    Expect.equal(List.of("a/b", "a/b.c", "a/b0"), listed("a/b", null, 100));
    Expect.equal(List.of("a/b.c", "a/b0"), listed("a/b", "a/b", 100));
    Expect.equal(List.of("a/b"), listed("a/", "a/0/x", 1));
    Expect.equal(List.of("b"), listed("", "a~", 100));
    Expect.equal(List.of(), listed("c", null, 100));
    Expect.equal(3, store.list("a/b.c", null, 1).getFirst().bytes() - 2);
  }

  void listingGoesOnPageByPage() throws IOException {
    for (int i = 0; i < 25; i++) {
      store.put(ObjectKey.of("k/" + (char) ('a' + i)), content("x"), Map.of(), ABSENT);
    }
    StringBuilder all = new StringBuilder();
    String after = null;
    while (true) {
      List<ObjectInfo> page = store.list("k/", after, 10);
      page.forEach(each -> all.append(each.key().lastSegment()));
      if (page.size() < 10) {
        break;
      }
      after = page.getLast().key().text();
    }
    Expect.equal("abcdefghijklmnopqrstuvwxy", all.toString());
  }

  void strangeButLegalKeysAreKept() throws IOException {
    List<String> names =
        List.of("sp ace/a+b&c=d?e#f%20", "übergröße/日本", "~tilde/'quote'", ".hidden/x", "..x/y..");
    for (String name : names) {
      store.put(ObjectKey.of(name), content(name), Map.of(), ABSENT);
    }
    for (String name : names) {
      Expect.equal(name, read(ObjectKey.of(name)));
    }
    Expect.equal(names.size(), store.list("", null, 100).size());
    store.delete(names.stream().map(ObjectKey::of).toList());
    Expect.equal(List.of(), store.list("", null, 100));
  }

  // ---- deletions

  void deletionOfWhatIsMissingIsNoError() throws IOException {
    store.put(KEY, content("x"), Map.of(), ABSENT);
    store.delete(List.of(KEY, OTHER));
    store.delete(List.of(KEY));
    store.delete(List.of());
    Expect.equal(null, store.head(KEY));
    store.put(KEY, content("again"), Map.of(), ABSENT);
    Expect.equal("again", read(KEY));
  }

  void deletionIfMatchTakesThatVersionOnly() throws IOException {
    ObjectInfo first = store.put(KEY, content("first"), Map.of(), ABSENT);
    ObjectInfo second = store.put(KEY, content("second"), Map.of(), PutCondition.always());
    refused(Kind.PRECONDITION_FAILED, () -> store.deleteIfMatch(KEY, first.requireVersion()));
    store.deleteIfMatch(KEY, second.requireVersion());
    refused(Kind.NOT_FOUND, () -> store.deleteIfMatch(KEY, second.requireVersion()));
    Expect.equal(null, store.head(KEY));
  }

  void aClosedStoreSaysSo() {
    store.close();
    store.close();
    refused(Kind.CLOSED, () -> store.head(KEY));
    refused(Kind.CLOSED, () -> store.put(KEY, content("x"), Map.of(), ABSENT));
  }

  // ---- helpers

  private static ObjectContent content(String text) {
    return ObjectContent.of(text);
  }

  private static String sha256(String text) {
    return SimObjectStore.sha256(text.getBytes(UTF_8));
  }

  private ObjectInfo head(ObjectKey key) throws ObjectStoreException {
    ObjectInfo info = store.head(key);
    if (info == null) {
      throw new AssertionError("expected: something at " + key);
    }
    return info;
  }

  private String read(ObjectKey key) throws IOException {
    return text(store.get(key));
  }

  private String range(long position, long length) throws IOException {
    return text(store.get(KEY, position, length, null));
  }

  private List<String> listed(String prefix, @Nullable String after, int limit)
      throws ObjectStoreException {
    return store.list(prefix, after, limit).stream().map(each -> each.key().text()).toList();
  }

  private static String text(ObjectBody body) throws IOException {
    try (body) {
      return new String(body.stream().readAllBytes(), UTF_8);
    }
  }

  private static ObjectStoreException refused(Kind kind, Expect.Action action) {
    ObjectStoreException e = Expect.thrown(ObjectStoreException.class, action);
    Expect.equal(kind, e.kind(), "in: " + e.getMessage());
    Expect.equal(Effect.NOT_DONE, e.effect(), "in: " + e.getMessage());
    return e;
  }

  private static final class Broken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the source failed");
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      throw new IOException("the source failed");
    }
  }

  /// Content whose checksum is known beforehand.
  private record Told(String text, String hash) implements ObjectContent {
    @Override
    public OptionalLong bytes() {
      return OptionalLong.of(text.length());
    }

    @Override
    public String sha256() {
      return hash;
    }

    @Override
    public boolean isRepeatable() {
      return true;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }

  /// Content that promises another length than it has.
  private record Promised(String text, long length) implements ObjectContent {
    @Override
    public OptionalLong bytes() {
      return OptionalLong.of(length);
    }

    @Override
    public @Nullable String sha256() {
      return null;
    }

    @Override
    public boolean isRepeatable() {
      return true;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }
}
