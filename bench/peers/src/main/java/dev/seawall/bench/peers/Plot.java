// SPDX-License-Identifier: Apache-2.0
package dev.seawall.bench.peers;

import dev.seawall.bench.peers.Results.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The ratios as a picture: a panel for each cell, a bar for each row on a logarithmic scale, the
/// best peer at 1, whiskers from the lowest to the highest ratio of one repetition. Plain SVG.
final class Plot {
  private static final int WIDTH = 860;
  private static final int NAMES = 250;
  private static final int FIGURES = 150;
  private static final int ROW = 18;
  private static final int TITLE = 34;
  private static final double LEAST = 0.01;
  private static final double MOST = 20;
  private static final double[] LINES = {0.01, 0.1, 0.5, 1, 2, 5, 10};

  private final Results results;
  private final StringBuilder svg = new StringBuilder();
  private int top = 10;

  Plot(Results results) {
    this.results = results;
  }

  String svg() {
    for (Cell cell : results.cells()) {
      if (results.bestPeer(cell).isPresent()) {
        panel(cell);
      }
    }
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            top + 10)
        + svg
        + "</svg>\n";
  }

  private void panel(Cell cell) {
    List<String> rows =
        results.rows(cell).stream().filter(row -> results.ratio(cell, row).isPresent()).toList();
    add(
        String.format(
            Locale.ROOT,
            "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>",
            top + 14,
            escape(cell.title())));
    int first = top + TITLE;
    int bottom = first + rows.size() * ROW;
    for (double line : LINES) {
      add(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/>",
              x(line),
              x(line),
              first - 4,
              bottom,
              line == 1 ? "#444" : "#ddd"));
      add(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" font-size=\"10\" text-anchor=\"middle\" fill=\"#666\">%s×</text>",
              x(line),
              first - 7,
              Report.number(line)));
    }
    for (int i = 0; i < rows.size(); i++) {
      bar(cell, rows.get(i), first + i * ROW);
    }
    top = bottom + 24;
  }

  private void bar(Cell cell, String row, int y) {
    Optional<Spread> ratio = results.ratio(cell, row);
    if (ratio.isEmpty()) {
      return;
    }
    Spread spread = ratio.get();
    double start = Math.min(x(1), x(spread.median()));
    double length = Math.max(1, Math.abs(x(spread.median()) - x(1)));
    int middle = y + ROW / 2 - 2;
    add(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
            NAMES - 8,
            y + ROW - 6,
            escape(row)));
    add(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
            start,
            y + 1,
            length,
            ROW - 6,
            color(results.role(row))));
    add(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#222\"/>",
            x(spread.min()),
            x(spread.max()),
            middle,
            middle));
    add(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s× · %s %s</text>",
            WIDTH - FIGURES + 8,
            y + ROW - 6,
            Report.number(spread.median()),
            results
                .spread(cell, row, cell.rankedBy())
                .map(own -> Report.number(own.median()))
                .orElse(""),
            cell.unit()));
  }

  private static double x(double ratio) {
    double clamped = Math.clamp(ratio, LEAST, MOST);
    double share = Math.log(clamped / LEAST) / Math.log(MOST / LEAST);
    return NAMES + share * (WIDTH - NAMES - FIGURES);
  }

  private static String color(Peers.Role role) {
    return switch (role) {
      case SUBJECT -> "#1f6fb4";
      case VARIANT -> "#9cc3e6";
      case PEER -> "#e08a2e";
      case FLOOR -> "#bbbbbb";
    };
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void add(String line) {
    svg.append(line).append('\n');
  }
}
