// SPDX-License-Identifier: Apache-2.0
package dev.seawall.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.archive.LinkMarks;
import dev.seawall.io.objects.ObjectContent;
import dev.seawall.io.objects.ObjectKey;
import dev.seawall.io.objects.ObjectStore;
import dev.seawall.io.objects.PutCondition;
import dev.seawall.ltx.PageEncoding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an owner wrote after it had lost the replica is in no restore (I-14).
final class RestoreVoidTest {
  @TempDir private Path folder;
  private RestoreFixture replica;
  private States states;

  @BeforeEach
  void twoOwners() throws Exception {
    replica = new RestoreFixture(folder);
    states = States.five(folder, 4096);
    owner(1, 1);
    owner(2, 3);
    put(0, 1, 1, 1);
    put(0, 2, 2, 1);
    put(0, 3, 3, 2);
  }

  @AfterEach
  void close() throws Exception {
    replica.close();
  }

  private void owner(long epoch, long first) throws Exception {
    replica.directory.put(
        ObjectKey.of("db/epochs/%016x.json".formatted(epoch)),
        ObjectContent.of("{}"),
        Map.of("seawall-epoch-first", Long.toString(first), "seawall-owner", "owner " + epoch),
        PutCondition.always());
  }

  private void put(int level, int first, int last, long epoch) throws Exception {
    replica.directory.put(
        ObjectKey.of("db/" + States.file(level, first, last)),
        ObjectContent.of(states.ltx(first, last, PageEncoding.FRAME)),
        new LinkMarks(null, null, null, null, 1, epoch, "w").toMetadata(),
        PutCondition.always());
  }

  @Test
  void aLateLinkAtTheEndIsLeftOut() throws Exception {
    put(0, 4, 4, 1);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(3));
    assertThat(replica.from(RestoreFixture.options()).preview().txid()).isEqualTo(3);
  }

  @Test
  void aLateLinkBeyondTheEndIsNoGap() throws Exception {
    put(0, 5, 5, 1);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(3));
  }

  @Test
  void aLateSnapshotIsLeftOut() throws Exception {
    put(9, 1, 4, 1);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(3));
    assertThat(replica.bytes(RestoreTarget.txid(2))).isEqualTo(states.state(2));
  }

  /// The control: the same links of the owner who has the replica are used.
  @Test
  void theOwnersOwnLinksAreUsed() throws Exception {
    put(0, 4, 4, 2);
    put(9, 1, 5, 2);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(5));
  }

  /// More objects than one listing has, all of them in front of the replica's own.
  @Test
  void manyObjectsOfOthersHideNothing() throws Exception {
    for (int i = 0; i < ObjectStore.MAX_LISTED; i++) {
      Files.createFile(replica.root.resolve("db/a-" + i));
    }
    put(0, 4, 4, 1);
    assertThat(replica.bytes(RestoreTarget.latest())).isEqualTo(states.state(3));
  }
}
