// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scheduler tells about itself. */
class FiguresTest {
  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

  private static ObjectName beanOf(String scheduler) throws Exception {
    return new ObjectName("dev.overtake:type=Scheduler,name=" + ObjectName.quote(scheduler));
  }

  private static void handOffOne(Scheduler scheduler) {
    Hogs hogs = Hogs.on(scheduler, 1);
    Eventually.that("handed off", () -> scheduler.figures().overstaying() == 1);
    hogs.close();
    Eventually.that("over", () -> scheduler.figures().overstaying() == 0);
  }

  @Test
  void theFiguresOfAFreshSchedulerAreThoseOfItsBuilder() {
    try (Scheduler scheduler =
        Scheduler.builder().name("fresh").eventLoops(3).spareCarriers(2).build()) {
      SchedulerFigures figures = scheduler.figures();
      assertThat(figures.mode()).isEqualTo("loops");
      assertThat(figures.eventLoops()).isEqualTo(3);
      assertThat(figures.carriers()).isEqualTo(5);
      assertThat(figures.spareCarriers()).isEqualTo(2);
      assertThat(figures.overstaying()).isZero();
      assertThat(figures.threads()).isZero();
      assertThat(figures.computingHandoffs()).isZero();
      assertThat(figures.longestStallNanos()).isZero();
      assertThat(scheduler).hasToString("fresh" + figures);
    }
  }

  @Test
  void slicesHandOffsAndStallsAreCounted() {
    Duration quantum = Duration.ofMillis(2);
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).quantum(quantum).build()) {
      for (int i = 0; i < 10; i++) {
        Thread thread = scheduler.newThread("short", () -> {});
        thread.start();
        Eventually.ended(thread);
      }
      assertThat(scheduler.figures().slices()).isGreaterThanOrEqualTo(10);
      handOffOne(scheduler);
      SchedulerFigures figures = scheduler.figures();
      assertThat(figures.computingHandoffs()).isEqualTo(1);
      assertThat(figures.longestStallNanos()).isGreaterThanOrEqualTo(quantum.toNanos());
      assertThat(figures.slices()).isGreaterThanOrEqualTo(11);
    }
  }

  @Test
  void theLastCulpritIsToldWithItsStack() throws Exception {
    try (Scheduler scheduler = Scheduler.builder().name("culprit").eventLoops(1).build()) {
      assertThat(beans.getAttribute(beanOf("culprit"), "LastCulprit")).isEqualTo("");
      try (Hogs _ = Hogs.on(scheduler, 1)) {
        Eventually.that("seen", () -> !scheduler.lastCulprit().isEmpty());
      }
      assertThat((String) beans.getAttribute(beanOf("culprit"), "LastCulprit"))
          .contains(" computed for ", "Hogs.compute(");
    }
  }

  @Test
  void theSlicesOfACarrierThatOverstaysStillCount() {
    try (Scheduler scheduler = Scheduler.builder().eventLoops(1).build()) {
      for (int i = 0; i < 100; i++) {
        Thread thread = scheduler.newThread("short", () -> {});
        thread.start();
        Eventually.ended(thread);
      }
      Hogs hogs = Hogs.on(scheduler, 1);
      Eventually.that("handed off", () -> scheduler.figures().overstaying() == 1);
      assertThat(scheduler.figures().slices()).isGreaterThanOrEqualTo(101);
      hogs.close();
    }
  }

  @Test
  void theMBeanShowsTheFiguresUntilTheSchedulerIsClosed() throws Exception {
    ObjectName name = beanOf("tricky: name, with=\"marks\"");
    try (Scheduler scheduler = Scheduler.builder().name("tricky: name, with=\"marks\"").build()) {
      handOffOne(scheduler);
      CompositeData figures = (CompositeData) beans.getAttribute(name, "Figures");
      assertThat(figures.get("mode")).isEqualTo("loops");
      assertThat(figures.get("computingHandoffs")).isEqualTo(1L);
      assertThat(figures.getCompositeType().keySet())
          .hasSize(SchedulerFigures.class.getRecordComponents().length);
    }
    assertThat(beans.isRegistered(name)).isFalse();
  }

  @Test
  void ofTwoSchedulersWithOneNameTheFirstKeepsTheMBean() throws Exception {
    ObjectName name = beanOf("twin");
    try (Scheduler first = Scheduler.builder().name("twin").eventLoops(1).build()) {
      Scheduler.builder().name("twin").eventLoops(2).build().close();
      CompositeData figures = (CompositeData) beans.getAttribute(name, "Figures");
      assertThat(figures.get("eventLoops")).isEqualTo(first.figures().eventLoops());
    }
    assertThat(beans.isRegistered(name)).isFalse();
  }

  @Test
  void theFlightRecorderShowsWhoOverstayedAndWhere(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("overstays.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.overtake.Handoff");
      recording.enable("dev.overtake.Overstay");
      recording.start();
      try (Scheduler scheduler = Scheduler.builder().name("recorded").eventLoops(1).build()) {
        Hogs hogs = Hogs.on(scheduler, 1);
        Eventually.that(
            "the witness has seen it", () -> !eventsOf(recording, file, "Handoff").isEmpty());
        hogs.close();
        Eventually.that(
            "the slice has ended", () -> !eventsOf(recording, file, "Overstay").isEmpty());
      }
      RecordedEvent handoff = eventsOf(recording, file, "Handoff").getFirst();
      assertThat(handoff.getString("thread")).isEqualTo("hog-0");
      assertThat(handoff.getInt("loop")).isZero();
      assertThat(handoff.getBoolean("computing")).isTrue();
      assertThat(handoff.getDuration("age")).isGreaterThanOrEqualTo(Duration.ofMillis(1));
      assertThat(handoff.getString("culprit")).contains("Hogs.compute(Hogs.java:");
      RecordedEvent overstay = eventsOf(recording, file, "Overstay").getFirst();
      assertThat(overstay.getString("thread")).isEqualTo("hog-0");
      assertThat(overstay.getBoolean("computing")).isTrue();
      assertThat(overstay.getDuration("wall")).isGreaterThanOrEqualTo(handoff.getDuration("age"));
      assertThat(overstay.getLong("cpuAfterHandoff")).isPositive();
    }
  }

  private static List<RecordedEvent> eventsOf(Recording recording, Path file, String event)
      throws Exception {
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(each -> each.getEventType().getName().equals("dev.overtake." + event))
        .toList();
  }

  @Test
  void theLogNamesEachPlaceOnceThoughManyOverstayThere() throws Exception {
    String printed =
        ChildJvm.run(OtherRuntimesTest.Program.class, "log", ChildJvm.OPEN, ChildJvm.NATIVE);
    assertThat(printed.lines().filter(line -> line.contains("past its quantum")))
        .isNotEmpty()
        .allMatch(line ->
            line.contains("child: thread hog computed past its quantum at dev.overtake.scheduler"))
        .allMatch(line -> line.contains("its loop was handed off [1 seen at this place]"))
        .extracting(line -> line.replaceAll(".*\\((\\w+.java:\\d+)\\).*", "$1"))
        .doesNotHaveDuplicates(); // the loop of a hog has lines, each a place
    assertThat(printed)
        .contains("child: 16 carriers overstay at once, no more are handed off;")
        .contains("handed off 16");
  }
}
