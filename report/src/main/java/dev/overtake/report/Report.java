// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The write-up of one run: what the reader sees first, then a chapter for each experiment.
 *
 * {@snippet :
 * Origin origin = new Origin("2026-11-22T131500-perf2", "./overtake lab perf2 --quick");
 * Axis time = Axis.linear("time", Unit.SECONDS);
 * Axis rate = Axis.log("short requests", Unit.of("requests/s"));
 * LineChart chart =
 *     new LineChart(
 *             "Short requests beside one hog",
 *             "The rate falls while the hog runs.",
 *             time,
 *             rate,
 *             List.of(
 *                 new Series(
 *                     "threads",
 *                     List.of(Point.of(1, 21_800), Point.of(2, 9_900), Point.of(3, 21_700)))),
 *             origin)
 *         .withIntervals(List.of(new Interval(1.5, 2.5, "1 hog")));
 * Chapter chapter =
 *     Chapter.builder("perf2", "Short requests beside long ones")
 *         .question("What does one hog do to the rate of short requests?")
 *         .exhibit(new Figure(chart))
 *         .verdict(Verdict.holds("threads keep 45 % of their rate"))
 *         .build();
 * Report report =
 *     new Report(
 *         "Overtake lab",
 *         "one experiment",
 *         origin,
 *         Instant.now(),
 *         List.of(new Fact("cores", "2")),
 *         List.of(),
 *         List.of(chapter));
 * ReportWriter.write(report, Path.of("report.html"));
 * }
 *
 * <p>Immutable, as is everything in it. All texts are plain text, shown as they stand: nothing in
 * them is read as HTML.
 *
 * @param title the headline; not blank
 * @param subtitle one line beneath it, may be empty
 * @param origin the run and the command that repeats it
 * @param date when the run began; shown in UTC
 * @param machine what it ran on: CPU, cores, kernel, JDK, commit, placement
 * @param front the one picture and the one table that say it all, shown before the first chapter
 * @param chapters the experiments, in reading order; their ids differ
 */
public record Report(
    String title,
    String subtitle,
    Origin origin,
    Instant date,
    List<Fact> machine,
    List<Exhibit> front,
    List<Chapter> chapters) {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the title is blank or two chapters have the same id
   */
  public Report {
    Checks.notBlank("title", title);
    machine = List.copyOf(machine);
    front = List.copyOf(front);
    chapters = List.copyOf(chapters);
    Set<String> ids = new HashSet<>();
    for (Chapter chapter : chapters) {
      if (!ids.add(chapter.id())) {
        throw new IllegalArgumentException("chapter ids must differ: id=" + chapter.id());
      }
    }
  }
}
