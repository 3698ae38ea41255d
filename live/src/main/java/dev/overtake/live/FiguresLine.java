// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * What a server process under the model {@code overtake} tells the live page about its scheduler: a
 * line on its standard output twice a second, for a pipe that is there already costs it least.
 */
public final class FiguresLine {
  private static final String WORD = "figures";
  private static final String BETWEEN = "\t";
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final int COUNTS = 3;

  private FiguresLine() {}

  /**
   * Begins to print lines, from a daemon thread, about the first scheduler of this process; says
   * nothing as long as there is none.
   *
   * @param out where to print
   */
  public static void start(PrintWriter out) {
    Thread.ofPlatform()
        .daemon()
        .name("figures")
        .start(() -> {
          try {
            while (!out.checkError()) {
              line().ifPresent(out::println);
              Thread.sleep(PERIOD);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // somebody wants no more lines
          }
        });
  }

  private static Optional<String> line() {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    try {
      for (ObjectName scheduler :
          beans.queryNames(new ObjectName("dev.overtake:type=Scheduler,*"), null)) {
        CompositeData figures = (CompositeData) beans.getAttribute(scheduler, "Figures");
        String culprit = (String) beans.getAttribute(scheduler, "LastCulprit");
        long handOffs =
            (Long) figures.get("computingHandoffs") + (Long) figures.get("blockedHandoffs");
        return Optional.of(
            String.join(
                BETWEEN,
                WORD,
                Long.toString(handOffs),
                figures.get("demotions").toString(),
                figures.get("overstaying").toString(),
                culprit.strip().replace("\n", BETWEEN)));
      }
    } catch (JMException beingClosed) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** What a line says; empty if it is none. */
  static Optional<Figures> parse(String line) {
    List<String> parts = List.of(line.split(BETWEEN, -1));
    if (parts.size() <= COUNTS + 1 || !parts.getFirst().equals(WORD)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Figures(
              Long.parseLong(parts.get(1)),
              Long.parseLong(parts.get(2)),
              Long.parseLong(parts.get(3)),
              parts.subList(COUNTS + 1, parts.size()).stream()
                  .filter(part -> !part.isEmpty())
                  .toList()));
    } catch (NumberFormatException noNumber) {
      return Optional.empty();
    }
  }

  /**
   * What a scheduler has done.
   *
   * @param handOffs loops taken from carriers
   * @param demotions carriers whose priority was lowered
   * @param overstaying carriers that have lost their loop and still run
   * @param culprit who overstayed last, then its stack; empty if nobody has
   */
  record Figures(long handOffs, long demotions, long overstaying, List<String> culprit) {}
}
