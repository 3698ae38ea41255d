// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.nio.file.Path;
import java.util.List;

/** A run on a terminal: the article's figures beside the measured ones, then the verdicts. */
final class Summary {
  private static final String FIGURE = "figure";
  private static final String ARTICLE = "the article";

  private Summary() {}

  static String of(Lab.Measured measured, List<String> warnings, Path report) {
    String row = row(measured);
    StringBuilder text = new StringBuilder();
    for (Lab.Part part : measured.parts()) {
      text.append("%s: %s%n".formatted(part.experiment().id(), part.experiment().summary()));
      text.append(row.formatted(FIGURE, ARTICLE, "here: median (range over the rounds)"));
      for (Findings.SummaryLine line : part.findings().figures()) {
        text.append(row.formatted(line.what(), line.article(), line.here()));
      }
      for (Claim claim : part.findings().claims()) {
        String outcome =
            switch (claim.outcome()) {
              case HOLDS -> "holds";
              case DIFFERS -> "differs";
              case UNKNOWN -> "unknown";
            };
        text.append("  %-8s %s%n".formatted(outcome + ":", claim.sentence()));
      }
      text.append(System.lineSeparator());
    }
    for (String warning : warnings) {
      text.append("warning: %s%n".formatted(warning));
    }
    if (measured.pace() < 1) {
      text.append(
          "loads: %s of their full length, to end in time; an experiment alone has longer ones%n"
              .formatted(Wording.percent(measured.pace())));
    }
    return text.append("report: %s%n".formatted(report)).toString();
  }

  /** The format of a row whose columns are as wide as what stands in them. */
  private static String row(Lab.Measured measured) {
    int figure = FIGURE.length();
    int article = ARTICLE.length();
    for (Lab.Part part : measured.parts()) {
      for (Findings.SummaryLine line : part.findings().figures()) {
        figure = Math.max(figure, line.what().length());
        article = Math.max(article, line.article().length());
      }
    }
    return "  %-" + figure + "s  %-" + article + "s  %s%n";
  }
}
