// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.BimodalExperiment.Outcome;
import dev.overtake.lab.MixPoint.KindFigures;
import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.LineChart;
import dev.overtake.report.Origin;
import dev.overtake.report.Point;
import dev.overtake.report.Reference;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Charts and tables of what the mixes did to all variants. */
record BimodalExhibits(List<Outcome> outcomes, Origin origin) {
  private static final Unit TIMES = Unit.of("×");
  private static final Unit RATE = Unit.of("/s");
  private static final String TOO_FEW = "too few";

  /** The highest load held, or what is known instead. */
  static String held(MixCurve curve) {
    Optional<MixPoint> highest = curve.highest();
    if (highest.isPresent()) {
      return Wording.percent(highest.get().load());
    }
    return curve
        .missed()
        .map(missed -> "less than " + Wording.percent(missed.load()))
        .orElse("not measured");
  }

  /** For each mix a line for each model. */
  List<LineChart> charts() {
    return outcomes.stream().map(this::chart).toList();
  }

  private LineChart chart(Outcome outcome) {
    Mix.Kind shortest = outcome.mix().shortest();
    List<Series> lines = new ArrayList<>();
    for (Trials.Row<MixCurve> row : outcome.trials().rows()) {
      List<Point> points = new ArrayList<>();
      for (MixCurve curve : row.rounds()) {
        for (MixPoint point : curve.points()) {
          double slowdown = point.of(shortest).p999();
          if (Double.isFinite(slowdown) && point.outcome() != MixPoint.Outcome.INVALID) {
            points.add(Point.of(point.load(), slowdown));
          }
        }
      }
      if (!points.isEmpty()) {
        lines.add(new Series(row.variant().name(), points));
      }
    }
    return new LineChart(
            "Mix %s: the slowest thousandth of the requests of %s"
                .formatted(outcome.mix().id(), Wording.seconds(shortest.seconds())),
            "For each model, the 99.9th percentile of the slowdown of the shortest requests against "
                + "the load. Below the line at 50 a load is held. Loads with too few samples are "
                + "left out.",
            Axis.linear("load, of the capacity", Unit.FRACTION),
            Axis.log("p99.9 slowdown", TIMES),
            lines,
            origin)
        .withReferences(List.of(new Reference(MixPoint.LIMIT, "held below")));
  }

  /** Mixes against models. */
  Table highest() {
    List<Table.Column> columns = new ArrayList<>();
    columns.add(Table.Column.text("mix"));
    columns.add(Table.Column.text("service times"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      List<Cell> cells = new ArrayList<>();
      cells.add(Cell.text(outcome.mix().id()));
      cells.add(Cell.text(serviceTimes(outcome.mix())));
      for (Trials.Row<MixCurve> row : outcome.trials().rows()) {
        if (rows.isEmpty()) {
          columns.add(Table.Column.number(row.variant().name()));
        }
        cells.add(
            Outcome.curve(row)
                .map(curve -> Cell.text(held(curve)))
                .orElseGet(() -> Cell.missing(row.whyMissing())));
      }
      rows.add(cells);
    }
    return new Table(
        "Highest load held",
        "As a share of the capacity: 99.9 % of the shortest requests are slowed down by at most 50 "
            + "times, and nearly all is answered. Less than: the lowest load that was missed.",
        columns,
        rows);
  }

  private static String serviceTimes(Mix mix) {
    List<String> times = new ArrayList<>();
    for (Mix.Kind kind : mix.kinds()) {
      times.add(
          mix.kinds().size() == 1
              ? Wording.seconds(kind.seconds())
              : "%s (%s)"
                  .formatted(Wording.seconds(kind.seconds()), Wording.percent(mix.share(kind))));
    }
    return String.join(", ", times);
  }

  /** What the long requests pay at the highest load held. */
  Table price() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<MixCurve> row : outcome.trials().rows()) {
        Optional<MixPoint> highest = Outcome.curve(row).flatMap(MixCurve::highest);
        if (highest.isPresent()) {
          KindFigures shortest = highest.get().of(outcome.mix().shortest());
          KindFigures longest = highest.get().of(outcome.mix().longest());
          rows.add(
              List.of(
                  Cell.text(outcome.mix().id()),
                  Cell.name(row.variant().name()),
                  Cell.number(highest.get().load(), Unit.FRACTION),
                  slowdown(shortest.p50()),
                  slowdown(shortest.p99()),
                  slowdown(shortest.p999()),
                  slowdown(longest.p50()),
                  slowdown(longest.p99()),
                  slowdown(longest.slowest()),
                  Cell.count(longest.samples())));
        }
      }
    }
    return new Table(
        "The price",
        "Slowdowns at the highest load that each model held: of the shortest requests, and of the "
            + "longest, who pay for it.",
        List.of(
            Table.Column.text("mix"),
            Table.Column.text("model"),
            Table.Column.number("load"),
            Table.Column.number("short p50"),
            Table.Column.number("p99"),
            Table.Column.number("p99.9"),
            Table.Column.number("long p50"),
            Table.Column.number("p99"),
            Table.Column.number("slowest"),
            Table.Column.number("of")),
        rows);
  }

  private static Cell slowdown(double times) {
    return Double.isFinite(times) ? Cell.number(times, TIMES) : Cell.missing(TOO_FEW);
  }

  /** Empty if no mix was tried beyond its capacity. */
  Optional<Table> overload() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<MixCurve> row : outcome.trials().rows()) {
        MixCurve.@Nullable Overload overload =
            Outcome.curve(row).map(MixCurve::overload).orElse(null);
        if (overload != null) {
          rows.add(
              List.of(
                  Cell.text(outcome.mix().id()),
                  Cell.name(row.variant().name()),
                  Cell.number(overload.plannedPerSecond(), RATE),
                  Cell.spread(
                      overload.turnsPerSecond().getFirst(),
                      overload.answeredPerSecond(),
                      overload.turnsPerSecond().getLast(),
                      RATE),
                  Cell.number(
                      overload.answeredPerSecond()
                          / outcome.mix().capacityPerSecond(outcome.cores()),
                      Unit.FRACTION)));
        }
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "More than can be answered",
                "%s of the capacity is offered: what a model answers says what it costs beside the "
                        .formatted(Wording.percent(MixedLoad.OVERLOAD))
                    + "work. Median turn, least and most.",
                List.of(
                    Table.Column.text("mix"),
                    Table.Column.text("model"),
                    Table.Column.number("offered"),
                    Table.Column.number("answered"),
                    Table.Column.number("of the capacity")),
                rows));
  }

  /** Everything that was tried. */
  Table points() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<MixCurve> row : outcome.trials().rows()) {
        for (MixCurve curve : row.rounds()) {
          for (MixPoint point : curve.points()) {
            KindFigures shortest = point.of(outcome.mix().shortest());
            rows.add(
                List.of(
                    Cell.text(outcome.mix().id()),
                    Cell.name(row.variant().name()),
                    Cell.number(point.load(), Unit.FRACTION),
                    Cell.number(point.seconds(), Unit.SECONDS),
                    slowdown(shortest.p50()),
                    slowdown(shortest.p99()),
                    slowdown(shortest.p999()),
                    Cell.count(shortest.late()),
                    Cell.count(shortest.samples()),
                    Cell.number(point.answeredShare(), Unit.FRACTION),
                    Cell.number(point.workShare(), Unit.FRACTION),
                    Cell.text(inWords(point.outcome()))));
          }
        }
      }
    }
    return new Table(
        "All loads",
        "Slowdowns of the shortest requests; late: how many of them were slowed down by more than "
            + "50 times.",
        List.of(
            Table.Column.text("mix"),
            Table.Column.text("model"),
            Table.Column.number("load"),
            Table.Column.number("for"),
            Table.Column.number("p50"),
            Table.Column.number("p99"),
            Table.Column.number("p99.9"),
            Table.Column.number("late"),
            Table.Column.number("of"),
            Table.Column.number("requests answered"),
            Table.Column.number("work answered"),
            Table.Column.text("load")),
        rows);
  }

  private static String inWords(MixPoint.Outcome outcome) {
    return switch (outcome) {
      case HELD -> "held";
      case MISSED -> "missed";
      case TOO_FEW -> "too few samples";
      case INVALID -> "invalid: the generator was the limit";
    };
  }
}
