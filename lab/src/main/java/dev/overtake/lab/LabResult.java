// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run of the lab leaves behind.
 *
 * @param directory the run directory, with everything in it
 * @param report the HTML page in it
 * @param summary a table of the measured figures with the article's beside them, for a terminal;
 *     several lines, the last one ended
 * @param json what {@code results.json} in the directory holds
 * @param warnings why the figures may mislead, a sentence each; empty if nothing was found
 * @param failures experiments that ended in a fault of the lab's own and are missing, a sentence
 *     each; they are among the warnings as well
 * @param valid false if the load generator, not the server, was the limit of a figure that a
 *     verdict needs; other such figures are marked where they stand
 */
public record LabResult(
    Path directory,
    Path report,
    String summary,
    String json,
    List<String> warnings,
    List<String> failures,
    boolean valid) {
  /** Copies the lists. */
  public LabResult {
    warnings = List.copyOf(warnings);
    failures = List.copyOf(failures);
  }
}
