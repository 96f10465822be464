// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seawall.archive.ChainVerifier.Depth;
import dev.seawall.archive.ChainVerifier.Report;
import dev.seawall.testkit.Seed;
import dev.seawall.testkit.SimMachine;
import dev.seawall.testkit.SimObjectStore;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Verification is not theatre: nothing is a failure, a hole is one, a changed byte is one (A13).
class ChainVerifierTest {
  private final SimMachine sim = new SimMachine(Seed.of(7));
  private final SimObjectStore world = new SimObjectStore(sim);
  private Rig rig;

  @BeforeEach
  void ship() throws IOException {
    rig = new Rig(sim, world);
  }

  private void ship(int links) throws IOException {
    for (int i = 1; i <= links; i++) {
      rig.produce(i, "link " + i);
    }
    rig.uploader(Fence.none("w"), UploadListener.NONE);
    rig.run(60);
  }

  private Report verify() throws IOException {
    return new ChainVerifier(rig.replica).verify(Depth.CONTENT);
  }

  @Test
  void nothingIsNotGood() {
    assertThatThrownBy(this::verify).isInstanceOf(ReplicaEmptyException.class);
  }

  @Test
  void aGoodChainIsGood() throws IOException {
    ship(5);
    Report report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.last()).isEqualTo(5);
    assertThat(report.links()).isEqualTo(5);
  }

  @Test
  void aMissingLinkIsAProblemThatNamesItsNeighbours() throws IOException {
    ship(5);
    world.deleteForeign(Rig.LAYOUT.key(0, 3, 3));
    assertThat(verify().problems()).anyMatch(text -> text.contains("3..3 are missing"));
    assertThat(verify().last()).isEqualTo(2);
  }

  @Test
  void aChangedByteIsFoundByDepthContent() throws IOException {
    ship(5);
    world.corrupt(Rig.LAYOUT.key(0, 3, 3));
    assertThat(verify().problems()).singleElement().asString().contains("expected SHA-256");
    assertThat(new ChainVerifier(rig.replica).verify(Depth.MARKS).isGood()).isTrue();
  }

  /// A whole link that fits by its name and its own checksum, and belongs to another history (A6).
  @Test
  void aLinkOfAnotherHistoryBreaksTheHashChain() throws IOException {
    ship(5);
    String pre = "1".repeat(64);
    String sha = dev.seawall.archive.internal.Sha256.hex(new byte[] {'o'});
    Rig.putLink(
        world,
        sim,
        0,
        3,
        3,
        "o",
        new LinkMarks(sha, sha, pre, ChainHash.post(pre, sha), 1, 0, null).toMetadata());
    assertThat(verify().problems()).anyMatch(text -> text.contains("hash chain breaks"));
  }

  @Test
  void aMergedLinkFitsByItsEnds() throws IOException {
    ship(5);
    String pre = LinkMarks.of(world.info(Rig.LAYOUT.key(0, 2, 2)).metadata()).pre();
    String post = LinkMarks.of(world.info(Rig.LAYOUT.key(0, 4, 4)).metadata()).post();
    LinkMarks merged = new LinkMarks(null, null, pre, post, 3, 0, "w");
    Rig.putLink(world, sim, 1, 2, 4, "merged", merged.toMetadata());
    assertThat(verify().problems()).isEmpty();
    LinkMarks wrong = new LinkMarks(null, null, pre, "2".repeat(64), 3, 0, "w");
    Rig.putLink(world, sim, 1, 2, 4, "merged", wrong.toMetadata());
    assertThat(verify().problems()).anyMatch(text -> text.contains("different histories"));
  }

  @Test
  void whatLitestreamWroteIsANotice() throws IOException {
    world.putForeign(Rig.LAYOUT.key(9, 1, 7), java.nio.ByteBuffer.wrap(new byte[200]), Map.of());
    Report report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.notices()).anyMatch(text -> text.contains("another program"));
    assertThat(report.last()).isEqualTo(7);
  }

  @Test
  void aVoidLinkIsRefusedAndToldByPlanAndVerification() throws IOException {
    ship(2);
    Epochs.claim(rig.replica, 1, "first", "a");
    Epochs.claim(rig.replica, 3, "second", "b");
    Rig.putLink(world, sim, 0, 3, 3, "late", Map.of("seawall-epoch", "1"));
    RestorePlanner planner = new RestorePlanner(rig.replica);
    RestorePlan plan = planner.plan(1, OptionalLong.empty(), PlanRule.INDIVISIBLE);
    assertThat(plan.reached()).isEqualTo(2);
    assertThat(planner.notices()).singleElement().asString().contains("is void", "second");
    assertThat(verify().problems()).isEmpty();
  }
}
