// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What the probe found.
 *
 * @param directory where {@code report.html} and {@code probe.json} lie
 * @param report the HTML page in it
 * @param summary the interference curve for a terminal; several lines, the last one ended
 * @param json what {@code probe.json} holds, {@value #SCHEMA}
 * @param verdict the finding in a sentence
 * @param expectations what became of each expectation, in their order
 * @param invalid why the figures do not tell about the server; empty if they do
 * @param noLongRequest why there was no interference to measure; empty if there was
 */
public record ProbeResult(
    Path directory,
    Path report,
    String summary,
    String json,
    String verdict,
    List<Expectation.Judged> expectations,
    List<String> invalid,
    String noLongRequest) {
  /** The first key of the JSON; the number grows when a reader of the last one would misread. */
  public static final String SCHEMA = "overtake-probe/1";

  /** Copies the lists. */
  public ProbeResult {
    expectations = List.copyOf(expectations);
    invalid = List.copyOf(invalid);
  }
}
