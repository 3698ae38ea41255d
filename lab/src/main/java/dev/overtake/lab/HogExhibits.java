// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.HogTrials.Round;
import dev.overtake.load.Interval;
import dev.overtake.load.LatencyFigures;
import dev.overtake.load.Perf2;
import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
import dev.overtake.report.Cell;
import dev.overtake.report.LineChart;
import dev.overtake.report.Origin;
import dev.overtake.report.PercentileChart;
import dev.overtake.report.Point;
import dev.overtake.report.Reference;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** Shows what long requests did to short ones: over time, by model, by percentile, in figures. */
final class HogExhibits {
  private static final double[] PERCENTILES = {25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99};
  private static final Unit RATE = Unit.of("/s");
  private static final List<Table.Column> COLUMNS =
      List.of(
          Table.Column.text("model"),
          Table.Column.number("calm"),
          Table.Column.number("loaded"),
          Table.Column.number("retention"),
          Table.Column.number("p99 calm"),
          Table.Column.number("p99 loaded"),
          Table.Column.number("longest stall, loaded"),
          Table.Column.number("recovered ÷ calm"),
          Table.Column.number("connections served"),
          Table.Column.number("hogs' answers"),
          Table.Column.text("generator"));

  private final HogTrials outcome;
  private final Origin origin;

  HogExhibits(HogTrials outcome, Origin origin) {
    this.outcome = outcome;
    this.origin = origin;
  }

  LineChart overTime() {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      if (row.measured()) {
        lines.add(new Series(row.variant().name(), rates(row)));
      }
    }
    double hogsFrom = outcome.phases().calm().toMillis() / 1e3;
    double hogsTo = hogsFrom + outcome.phases().loaded().toMillis() / 1e3;
    var hogs = new dev.overtake.report.Interval(hogsFrom, hogsTo, outcome.load().hogsInWords());
    return new LineChart(
            "Rate of short requests, " + outcome.load(),
            "For each model, short requests answered per second over time; the shaded stretch is "
                + "when long requests run.",
            Axis.linear("time", Unit.SECONDS),
            Axis.log("short requests", Unit.of("requests/s")),
            lines,
            origin)
        .inSteps()
        .withIntervals(List.of(hogs));
  }

  BarChart retention() {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      String name = row.variant().name();
      Spread retention = row.spread(Round::retention);
      groups.add(
          retention.measured()
              ? BarChart.Group.of(name, retention.min(), retention.median(), retention.max())
              : new BarChart.Group(
                  name, List.of(BarChart.Bar.missing(name, HogTrials.whyNoRetention(row)))));
    }
    return new BarChart(
            "Retention, " + outcome.load(),
            "For each model, which part of the calm rate of short requests is left while long "
                + "ones run.",
            Axis.log("loaded ÷ calm rate", Unit.FRACTION),
            groups,
            origin)
        .withReferences(
            outcome.load().equals(Article.PERF2_LOAD)
                ? List.of(new Reference(Article.PERF2_RETENTION, "the article, CPython"))
                : List.of());
  }

  PercentileChart byPercentile() {
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      Histogram all = new Histogram(3);
      row.rounds().forEach(round -> all.add(round.loaded().latencies()));
      if (all.getTotalCount() > 0) {
        lines.add(new Series(row.variant().name(), percentiles(all)));
      }
    }
    return new PercentileChart(
        "Latency of short requests while loaded, " + outcome.load(),
        "For each model, the latency of short requests beside long ones by percentile, all rounds "
            + "together.",
        lines,
        origin);
  }

  Table table() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Round> row : outcome.trials().rows()) {
      rows.add(row.measured() ? cells(row) : row.missingCells(COLUMNS.size()));
    }
    if (outcome.load().equals(Article.PERF2_LOAD)) {
      rows.add(article());
    }
    return new Table(
        "Short requests, " + outcome.load(),
        "Median and range over the rounds; p99 and longest stall are medians of the rounds.",
        COLUMNS,
        rows);
  }

  /** Rates by the time of their interval, with the spread over the rounds. */
  private static List<Point> rates(Trials.Row<Round> row) {
    double step = HogTrials.INTERVAL.toMillis() / 1e3;
    TreeMap<Long, List<Double>> byInterval = new TreeMap<>();
    for (Round round : row.rounds()) {
      for (Interval interval : round.run().intervals()) {
        // A phase may leave a sliver behind its last whole interval.
        if (interval.startSeconds() >= 0 && interval.seconds() > step / 2) {
          byInterval
              .computeIfAbsent(Math.round(interval.startSeconds() / step), _ -> new ArrayList<>())
              .add(interval.requests() / interval.seconds());
        }
      }
    }
    List<Point> points = new ArrayList<>();
    byInterval.forEach((index, values) -> {
      Spread rate = Spread.of(values);
      points.add(rate.at(index * step));
    });
    return points;
  }

  private static List<Point> percentiles(Histogram latencies) {
    List<Point> points = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      if (LatencyFigures.enoughFor(percentile, latencies.getTotalCount())) {
        points.add(Point.of(percentile, latencies.getValueAtPercentile(percentile) / 1e9));
      }
    }
    points.add(Point.of(100, latencies.getMaxValue() / 1e9));
    return points;
  }

  private List<Cell> cells(Trials.Row<Round> row) {
    int served =
        row.rounds().stream().mapToInt(r -> r.run().calm().servedConnections()).min().orElse(0);
    Spread stall = row.spread(r -> r.loaded().figures().longestStallMillis() / 1e3);
    return List.of(
        Cell.name(row.variant().name()),
        row.spread(Round::calmRate).cell(RATE, "no answer"),
        row.spread(Round::loadedRate).cell(RATE, "no answer"),
        row.spread(Round::retention).cell(Unit.FRACTION, HogTrials.whyNoRetention(row)),
        p99(row, round -> round.run().calm()),
        p99(row, Round::loaded),
        Cell.number(stall.median(), Unit.SECONDS),
        row.spread(Round::recovery).cell(Unit.FRACTION, HogTrials.whyNoRetention(row)),
        Cell.text("%d of %d".formatted(served, outcome.load().connections())),
        Cell.count(row.rounds().stream().mapToLong(r -> r.hogs().answered()).sum()),
        Cell.text(HogTrials.generatorInWords(row)));
  }

  private static Cell p99(Trials.Row<Round> row, Function<Round, Perf2.PhaseRun> phase) {
    boolean enough =
        row.rounds().stream()
            .map(phase)
            .allMatch(run -> LatencyFigures.enoughFor(99, run.latencies().getTotalCount()));
    return enough
        ? Cell.number(
            row.spread(round -> phase.apply(round).figures().p99Micros() / 1e6).median(),
            Unit.SECONDS)
        : Cell.missing("too few samples");
  }

  private static List<Cell> article() {
    List<Cell> cells =
        new ArrayList<>(
            List.of(
                Cell.text(Article.ROW),
                Cell.number(Article.PERF2_CALM_PER_SECOND, RATE),
                Cell.number(Article.PERF2_LOADED_PER_SECOND, RATE),
                Cell.number(Article.PERF2_RETENTION, Unit.FRACTION)));
    while (cells.size() < COLUMNS.size()) {
      cells.add(Cell.text(""));
    }
    return cells;
  }
}
