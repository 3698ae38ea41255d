// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment found.
 *
 * @param chapter for the report
 * @param results for {@code results.json}: records, lists, maps and numbers
 * @param claims the article's findings put to the test
 * @param figures for the summary, in its order
 * @param warnings why some figures may mislead
 * @param headline the picture that says it all, if this experiment draws it
 * @param answers what it knows about each model for the table of the front page
 */
record Findings(
    Chapter chapter,
    Object results,
    List<Claim> claims,
    List<SummaryLine> figures,
    List<String> warnings,
    @Nullable Figure headline,
    List<Answer> answers) {
  Findings {
    claims = List.copyOf(claims);
    figures = List.copyOf(figures);
    warnings = List.copyOf(warnings);
    answers = List.copyOf(answers);
  }

  /** Findings that answer none of the front page's questions. */
  Findings(
      Chapter chapter,
      Object results,
      List<Claim> claims,
      List<SummaryLine> figures,
      List<String> warnings,
      @Nullable Figure headline) {
    this(chapter, results, claims, figures, warnings, headline, List.of());
  }

  /** The same findings with these answers for the table of the front page. */
  Findings answering(List<Answer> answers) {
    return new Findings(chapter, results, claims, figures, warnings, headline, answers);
  }

  /** False if the generator was the limit of a figure that a claim needs. */
  boolean valid() {
    return claims.stream().noneMatch(c -> c.basis() == Claim.Basis.GENERATOR_LIMITED);
  }

  /**
   * A line of the summary.
   *
   * @param what which figure of which variant
   * @param article what the article has there; empty if nothing
   * @param here what was measured, or why it was not
   */
  record SummaryLine(String what, String article, String here) {}
}
