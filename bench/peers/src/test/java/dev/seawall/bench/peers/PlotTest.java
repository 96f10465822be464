// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seawall.bench.peers.Peers.Role;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class PlotTest {
  private static final Cell CELL = new Cell("W2", 128, 1);

  private static Document plot(double seawall, double chronicle) throws Exception {
    Results results = new Results();
    results.add(CELL, "seawall", Role.SUBJECT, 1, Map.of("opsPerSecond", seawall));
    results.add(CELL, "chronicle", Role.PEER, 1, Map.of("opsPerSecond", chronicle));
    results.add(CELL, "fio <a & b>", Role.FLOOR, 1, Map.of("opsPerSecond", chronicle * 1e6));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(new Plot(results).svg().getBytes(StandardCharsets.UTF_8)));
  }

  /// The bars, without the background; the subject's is the first.
  private static Element bar(Document plot, int number) {
    NodeList bars = plot.getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(4);
    return (Element) bars.item(number + 1);
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  @Test
  void aBetterRowReachesRightOfTheBestPeerAndAWorseOneLeft() throws Exception {
    Element better = bar(plot(200, 100), 0);
    Element worse = bar(plot(50, 100), 0);
    assertThat(number(better, "x"))
        .isEqualTo(number(worse, "x") + number(worse, "width"), within());
    assertThat(number(better, "width")).isEqualTo(number(worse, "width"), within());
  }

  @Test
  void whatIsOffTheScaleStaysInThePicture() throws Exception {
    Document plot = plot(100, 100);
    Element fastest = bar(plot, 2);
    assertThat(number(fastest, "x") + number(fastest, "width"))
        .isLessThan(Double.parseDouble(plot.getDocumentElement().getAttribute("width")));
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(0.2);
  }
}
