// SPDX-License-Identifier: Apache-2.0
package dev.seawall.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Which links are chosen, and what a hole says. Cases after Litestream's own planner tests.
class RestorePlanTest {
  private static Chain chain(String... links) {
    List<Link> all = new ArrayList<>();
    for (String text : links) {
      String[] parts = text.split("[:-]", -1);
      int level = Integer.parseInt(parts[0]);
      long first = Long.parseLong(parts[1]);
      long last = Long.parseLong(parts[2]);
      all.add(new Link(level, first, last, 100, Rig.LAYOUT.key(level, first, last), null));
    }
    return Chain.of(all);
  }

  private static List<String> cover(Chain chain, OptionalLong to) throws IOException {
    RestorePlan plan = RestorePlan.cover(chain, 1, to, PlanRule.INDIVISIBLE);
    return plan.links().stream()
        .map(link -> link.level() + ":" + link.first() + "-" + link.last())
        .toList();
  }

  private static final OptionalLong ALL = OptionalLong.empty();

  @Test
  void aSnapshotAlone() throws IOException {
    assertThat(cover(chain("9:1-10"), ALL)).containsExactly("9:1-10");
  }

  @Test
  void theLongestReachOverAllLevels() throws IOException {
    Chain chain =
        chain(
            "9:1-5", "3:6-20", "2:6-10", "2:11-25", "1:21-28", "0:26-26", "0:27-27", "0:28-28",
            "0:29-29");
    assertThat(cover(chain, ALL)).containsExactly("9:1-5", "3:6-20", "1:21-28", "0:29-29");
  }

  @Test
  void overlapsAndDuplicatesAreFine() throws IOException {
    assertThat(cover(chain("0:1-1", "1:1-3", "2:1-3", "0:2-2", "0:3-3", "1:2-5"), ALL))
        .containsExactly("1:2-5".startsWith("1") ? "2:1-3" : "", "1:2-5");
  }

  @Test
  void aGapInOneLevelIsFilledFromAnother() throws IOException {
    assertThat(cover(chain("9:1-5", "1:6-7", "1:10-12", "0:8-8", "0:9-9"), ALL))
        .containsExactly("9:1-5", "1:6-7", "0:8-8", "0:9-9", "1:10-12");
  }

  @Test
  void aLinkBeyondTheTargetIsNotUsed() throws IOException {
    Chain chain = chain("9:1-4", "9:1-10", "1:5-10", "0:5-5", "0:6-6");
    assertThat(cover(chain, OptionalLong.of(6))).containsExactly("9:1-4", "0:5-5", "0:6-6");
    assertThat(cover(chain, OptionalLong.of(10))).containsExactly("9:1-10");
  }

  @Test
  void aDivisibleLinkIsCut() throws IOException {
    RestorePlan plan =
        RestorePlan.cover(chain("0:1-10", "0:11-20"), 3, OptionalLong.of(15), PlanRule.DIVISIBLE);
    assertThat(plan.links()).hasSize(2);
    assertThat(plan.reached()).isEqualTo(15);
    assertThat(plan.from()).isEqualTo(3);
    assertThat(plan.bytes()).isEqualTo(200);
  }

  @Test
  void aTargetInsideAMergedLinkGetsTheNearestRestorePoints() {
    assertThatThrownBy(() -> cover(chain("9:1-4", "1:5-10"), OptionalLong.of(7)))
        .isInstanceOf(ChainGapException.class)
        .hasMessageContaining("7 is no restore point: the nearest ones are 4 and 10");
  }

  @Test
  void aHoleNamesBothNeighboursWithAndWithoutATarget() {
    Chain chain = chain("9:1-5", "0:6-6", "0:9-9", "0:10-10");
    for (OptionalLong to : List.of(ALL, OptionalLong.of(10), OptionalLong.of(8))) {
      assertThatThrownBy(() -> cover(chain, to))
          .isInstanceOfSatisfying(
              ChainGapException.class,
              e -> {
                assertThat(e.firstMissing()).isEqualTo(7);
                assertThat(e.lastMissing()).isEqualTo(8);
              })
          .hasMessageContaining("0000000000000006-0000000000000006")
          .hasMessageContaining("0000000000000009-0000000000000009");
    }
  }

  @Test
  void aMissingBeginningIsAHole() {
    assertThatThrownBy(() -> cover(chain("0:2-2"), ALL))
        .isInstanceOf(ChainGapException.class)
        .hasMessageContaining("1..1 are missing between nothing and");
  }

  @Test
  void aTargetBeyondTheEndSaysWhereTheEndIs() {
    assertThatThrownBy(() -> cover(chain("9:1-5"), OptionalLong.of(6)))
        .hasMessageContaining("the chain ends at 5");
  }

  @Test
  void nothingIsNotAPlan() {
    assertThatThrownBy(() -> cover(chain(), ALL)).isInstanceOf(ReplicaEmptyException.class);
    assertThatThrownBy(() -> RestorePlan.cover(chain("0:1-1"), 0, ALL, PlanRule.DIVISIBLE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> RestorePlan.cover(chain("0:1-1"), 2, OptionalLong.of(1), PlanRule.DIVISIBLE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPlanGoesAsFarAsItCan() {
    Chain holed = chain("9:1-5", "0:6-6", "0:8-8");
    RestorePlan plan = RestorePlan.reach(holed, 1, ALL, PlanRule.INDIVISIBLE);
    assertThat(plan.reached()).isEqualTo(6);
    assertThat(plan.links()).hasSize(2);
    RestorePlan nothing = RestorePlan.reach(chain("0:2-2"), 1, ALL, PlanRule.INDIVISIBLE);
    assertThat(nothing.links()).isEmpty();
    assertThat(nothing.reached()).isZero();
  }
}
