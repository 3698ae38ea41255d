// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A report of invented figures, to look at while working on the writer and to test it with: every
 * kind of exhibit, gaps, zeros, missing rows and long texts. Never shipped.
 *
 * <p>To look at it: {@code java -cp target/classes:target/test-classes dev.overtake.report.Demo
 * target/demo}.
 */
final class Demo {
  private static final Origin ORIGIN =
      new Origin(
          "demo-of-invented-figures", "./overtake lab single perf1 perf2 --quick --out demo");
  private static final Unit RATE = Unit.of("requests/s");
  private static final List<String> MODELS =
      List.of("sequential", "threads", "pool:8", "virtual", "overtake", "CPython threads");

  private Demo() {}

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    ReportWriter.write(report(), directory.resolve("report.html"));
    ReportWriter.writeSvg(rateOverTime(Axis.Scale.LOG), directory.resolve("rate.svg"));
    ReportWriter.writeSvg(bars(Axis.Scale.LINEAR), directory.resolve("bars.svg"));
  }

  static Report report() {
    return new Report(
        "Demo: invented figures",
        "What long requests do to short ones, by model. Nothing on this page was measured.",
        ORIGIN,
        Instant.parse("2026-11-22T13:15:00Z"),
        List.of(
            new Fact("CPU", "Imaginary Processor 9000 at 3.1 GHz"),
            new Fact("cores", "2"),
            new Fact("memory", "8 GiB"),
            new Fact("kernel", "Linux 6.18.5"),
            new Fact("JDK", "Temurin 25.0.3+9-LTS, G1, -Xmx512m"),
            new Fact("Python", "3.13.1"),
            new Fact("commit", "f570f69"),
            new Fact("placement", "generator on core 0, server on core 1, one scheduling group")),
        List.of(
            new Figure(
                rateOverTime(Axis.Scale.LOG),
                "Each line is one model under the same load: 32 connections sending the shortest"
                    + " request back to back, while one, two and eight hogs come and go."),
            models()),
        List.of(single(), perf1(), perf2()));
  }

  private static Chapter single() {
    return Chapter.builder("single", "Who waits while one client is served")
        .claim("The plain server talks to one client; a second one connects and sees nothing.")
        .question("Which models serve a second client while the first one stays connected?")
        .prediction("All but sequential.")
        .method("Two clients connect; the first stays, the second sends one request.")
        .command("./overtake lab single")
        .exhibit(
            new Table(
                "First answer to the second client",
                "",
                List.of(
                    Table.Column.text("model"),
                    Table.Column.reference("the article"),
                    Table.Column.number("waits")),
                List.of(
                    List.of(
                        Cell.name("sequential"),
                        Cell.text("for ever"),
                        Cell.missing("no answer within 5 s")),
                    List.of(
                        Cell.name("threads"),
                        Cell.text("none"),
                        Cell.spread(0.00021, 0.00034, 0.0012, Unit.SECONDS)),
                    List.of(
                        Cell.name("CPython threads"),
                        Cell.text("none"),
                        Cell.missing("no python3 on this machine")))))
        .verdict(Verdict.holds("Only sequential kept the second client waiting, for all of 5 s."))
        .verdict(Verdict.unknown("CPython was not measured: there is no python3 here."))
        .build();
  }

  private static Chapter perf1() {
    List<Series> latency = new ArrayList<>();
    double[] at = {1, 2, 4, 8};
    for (String model :
        List.of("sequential", "threads", "virtual", "overtake", "CPython threads")) {
      List<Point> points = new ArrayList<>();
      for (double clients : at) {
        double cores = model.startsWith("CPython") || model.equals("sequential") ? 1 : 2;
        double slow = model.startsWith("CPython") ? 0.082 : 0.0021;
        double value = slow * Math.max(1, clients / cores);
        if (model.equals("sequential") && clients > 1) {
          points.add(Point.gap(clients));
        } else {
          points.add(Point.spread(clients, value * 0.94, value, value * 1.2));
        }
      }
      latency.add(new Series(model, points));
    }
    return Chapter.builder("perf1", "Latency against clients")
        .claim(
            "fib(30) takes 0.60 to 0.78 s with one client and twice that with two, although cores"
                + " are free: the lock lets one thread compute at a time.")
        .question("How does the time of fib(30) grow with the number of clients?")
        .prediction(
            "CPython doubles with each doubling; Java stays flat up to the number of cores.")
        .method("C clients, each on a connection of its own, repeat fib(30) for 5 s; three runs.")
        .command("./overtake perf1 --n 30 --clients 4 --seconds 5")
        .exhibit(
            new Figure(
                new LineChart(
                    "Time of fib(30) against clients",
                    "Median time of one request for one to eight clients.",
                    Axis.log("clients", Unit.NONE),
                    Axis.log("time of one request", Unit.SECONDS),
                    latency,
                    ORIGIN)))
        .exhibit(new Figure(bars(Axis.Scale.LINEAR), "Calm beside loaded, per model."))
        .exhibit(new Figure(bars(Axis.Scale.LOG), "The same on a logarithmic axis."))
        .verdict(
            Verdict.differs(
                "With two clients CPython took 2.0 times as long as with one, threads 1.0 times."))
        .build();
  }

  private static Chapter perf2() {
    return Chapter.builder("perf2", "Short requests beside long ones")
        .claim(
            "22,000 short requests a second fall to about 100 when one fib(40) runs beside them.")
        .question("What does one hog, and what do eight hogs do to the rate of short requests?")
        .prediction(
            "virtual falls to nothing with as many hogs as cores; threads keep a third;"
                + " overtake keeps more than eight tenths.")
        .method(
            "32 connections send n=1 back to back, in a closed loop. After 10 s calm the hogs begin,"
                + " 10 s later they end. Five runs of each model, interleaved.")
        .command("./overtake perf2 --n 1 --connections 32 --hogs 8 --hog-n auto --seconds 10")
        .note(
            Note.plain(
                "One spinner of lowest priority on each core in both phases, so that sleeping"
                    + " processors do not make the calm phase look worse than it is."))
        .note(
            Note.warning(
                "The load generator used 93 % of its core: rates above 60,000 requests/s are its"
                    + " limit, not the server's."))
        .exhibit(
            new Figure(
                rateOverTime(Axis.Scale.LINEAR), "The hogs run from 10 s to 20 s after the start."))
        .exhibit(
            new Figure(
                percentiles(), "The maximum stands apart at the right: it has no percentile."))
        .exhibit(retention())
        .control("A hog in another process on the other core: the rate stayed within 3 %.")
        .verdict(
            Verdict.holds(
                "With one hog CPython threads kept 0.5 % of their rate; overtake kept 91 %."))
        .cost("Demoted hogs finished 9 % later than under threads.")
        .cost("Two cores only; what happens on many is not shown here.")
        .file("perf2/threads-1.hlog")
        .file("perf2/odd name & more.json")
        .build();
  }

  private static Table models() {
    return new Table(
        "Models against questions",
        "Median of five runs, with the smallest and the largest.",
        List.of(
            Table.Column.text("model"),
            Table.Column.reference("the article, loaded"),
            Table.Column.number("calm"),
            Table.Column.number("loaded"),
            Table.Column.number("retention"),
            Table.Column.number("p99 loaded"),
            Table.Column.number("connections")),
        List.of(
            row("sequential", Cell.text(""), 14_200, 0, 1),
            row("threads", Cell.text(""), 21_900, 7_150, 10_000),
            row("pool:8", new Cell.Quantity(1_308, RATE, 4), 21_100, 6_900, 8),
            row("virtual", Cell.text(""), 23_400, 0, 100_000),
            row("overtake", Cell.text(""), 66_300, 60_400, 30_000),
            row("CPython threads", Cell.number(100, RATE), 21_800, 103, 1_000)));
  }

  private static List<Cell> row(
      String model, Cell article, double calm, double loaded, long connections) {
    return List.of(
        Cell.name(model),
        article,
        Cell.spread(calm * 0.97, calm, calm * 1.02, RATE),
        Cell.spread(loaded * 0.9, loaded, loaded * 1.3, RATE),
        Cell.number(loaded / calm, Unit.FRACTION),
        loaded == 0
            ? Cell.missing("no request came through")
            : Cell.number(8 / loaded, Unit.SECONDS),
        Cell.count(connections));
  }

  private static Table retention() {
    return new Table(
        "Retention",
        "Loaded rate divided by calm rate.",
        List.of(
            Table.Column.text("model"),
            Table.Column.reference("the article"),
            Table.Column.number("1 hog"),
            Table.Column.number("8 hogs")),
        List.of(
            List.of(
                Cell.name("threads"),
                Cell.text(""),
                Cell.spread(0.31, 0.34, 0.39, Unit.FRACTION),
                Cell.spread(0.10, 0.11, 0.15, Unit.FRACTION)),
            List.of(
                Cell.name("CPython threads"),
                Cell.number(0.0045, Unit.FRACTION),
                Cell.spread(0.0046, 0.0047, 0.0049, Unit.FRACTION),
                Cell.missing("the server died"))));
  }

  static LineChart rateOverTime(Axis.Scale scale) {
    Random random = new Random(7);
    double[] calm = {14_200, 21_900, 21_100, 23_400, 66_300, 21_800};
    double[] loaded = {0, 7_150, 6_900, 0, 60_400, 103};
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < calm.length; i++) {
      List<Point> points = new ArrayList<>();
      for (int second = 0; second < 30; second++) {
        boolean hogs = second >= 10 && second < 20;
        double value = (hogs ? loaded[i] : calm[i]) * (0.95 + 0.1 * random.nextDouble());
        points.add(
            i == 2 && second > 22 && second < 26
                ? Point.gap(second)
                : Point.spread(second, value * 0.9, value, value * 1.08));
      }
      series.add(new Series(MODELS.get(i), points));
    }
    return new LineChart(
            "Short requests while hogs come and go",
            "All lines are level while calm. While hogs run, sequential and virtual fall to zero.",
            Axis.linear("time", Unit.SECONDS),
            new Axis("short requests", RATE, scale),
            series,
            ORIGIN)
        .withIntervals(List.of(new Interval(10, 20, "8 hogs")))
        .withReferences(List.of(new Reference(100, "the article, loaded: 100")))
        .inSteps();
  }

  static PercentileChart percentiles() {
    double[] at = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100};
    List<Series> series = new ArrayList<>();
    for (String model : List.of("threads", "pool:8", "virtual", "overtake", "CPython threads")) {
      double base = 0.00002 * (1 + series.size());
      double tail = model.equals("overtake") ? 1.2 : 2.6;
      List<Point> points = new ArrayList<>();
      for (double percentile : at) {
        double nines = percentile == 100 ? 4.6 : -Math.log10(1 - percentile / 100);
        double value = base * Math.pow(tail, nines * 1.7) * (model.startsWith("CPython") ? 20 : 1);
        points.add(
            model.equals("virtual") && percentile > 99.9
                ? Point.gap(percentile)
                : Point.spread(percentile, value * 0.9, value, value * 1.25));
      }
      series.add(new Series(model, points));
    }
    return new PercentileChart(
        "Latency of short requests beside 8 hogs, by percentile",
        "Latency from the intended send time.",
        series,
        ORIGIN);
  }

  static BarChart bars(Axis.Scale scale) {
    List<BarChart.Group> groups = new ArrayList<>();
    double[] calm = {21_900, 21_100, 23_400, 66_300};
    double[] loaded = {7_150, 6_900, 0, 60_400};
    List<String> models = List.of("threads", "pool:8", "virtual", "overtake");
    for (int i = 0; i < models.size(); i++) {
      groups.add(
          new BarChart.Group(
              models.get(i),
              List.of(
                  BarChart.Bar.spread("calm", calm[i] * 0.95, calm[i], calm[i] * 1.03),
                  BarChart.Bar.spread("loaded", loaded[i] * 0.8, loaded[i], loaded[i] * 1.1))));
    }
    groups.add(
        new BarChart.Group(
            "CPython threads",
            List.of(
                BarChart.Bar.missing("calm", "no python3 on this machine"),
                BarChart.Bar.missing("loaded", "no python3 on this machine"))));
    return new BarChart(
            "Rate of short requests, calm and loaded",
            "Two bars per model.",
            new Axis("short requests", RATE, scale),
            groups,
            ORIGIN)
        .withReferences(List.of(new Reference(21_800, "the article, calm: 21,800")));
  }
}
