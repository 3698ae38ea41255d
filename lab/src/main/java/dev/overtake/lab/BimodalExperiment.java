// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.lab.MixPoint.KindFigures;
import dev.overtake.load.OpenLoop;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Note;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The mixes of short and long requests that research is measured by, at rising loads. */
final class BimodalExperiment implements Experiment {
  static final String OURS = "overtake";
  static final String THREADS = "threads";

  private static final Duration START = Duration.ofMillis(1_500);
  private static final Duration CALIBRATION = Duration.ofSeconds(8);
  private static final Duration BETWEEN = Duration.ofMillis(700);
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(90);

  private static final double TWICE = 2;
  private static final double NEXT_TO_NOTHING = 0.97;
  private static final double GAUGED_FROM_MILLIS = 1;
  private static final double GAUGE_TOLERANCE = 0.1;

  @Override
  public String id() {
    return "bimodal";
  }

  @Override
  public String summary() {
    return "published mixes of short and long requests: the highest load that short ones bear";
  }

  @Override
  public boolean byNameOnly() {
    return true;
  }

  @Override
  public List<String> models() {
    return List.of(THREADS, "virtual", "event-loop", OURS);
  }

  @Override
  public boolean concerns(Variant variant) {
    return variant.kind() == Variant.Kind.OURS;
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(CALIBRATION, Duration.ZERO));
    for (Mix mix : mixes(effort)) {
      if (mix.overload()) {
        steps.addAll(
            Collections.nCopies(variants, new Step(START.plus(warmup(effort)), Duration.ZERO)));
        steps.addAll(
            Collections.nCopies(
                turns(effort),
                new Step(BETWEEN.multipliedBy(variants), TURN.multipliedBy(variants))));
      }
      steps.addAll(Collections.nCopies(variants, step(effort, mix)));
    }
    return steps;
  }

  /** On one core; more of them are done sooner, and who misses loads, too. */
  private static Step step(Effort effort, Mix mix) {
    List<Double> loads = mix.loads(effort);
    Duration full = mix.lasting(loads.getLast(), 1, MixedLoad.SAMPLES);
    Duration look = mix.look(effort);
    Duration timed = look.multipliedBy(loads.size());
    if (asksAlone(mix)) {
      timed = timed.plus(look);
    }
    boolean looksDo = full.compareTo(look) <= 0;
    return new Step(
        START.plus(warmup(effort)).plus(BETWEEN.multipliedBy(loads.size())),
        looksDo ? timed : timed.plus(full));
  }

  /** Whether short ones may be late because of others, and a look at the lowest load decides. */
  private static boolean asksAlone(Mix mix) {
    return mix.equals(Mix.EXTREME);
  }

  private static List<Mix> mixes(Effort effort) {
    return Mix.ALL.stream().filter(mix -> !mix.loads(effort).isEmpty()).toList();
  }

  private static Duration warmup(Effort effort) {
    return Duration.ofMillis(effort == Effort.QUICK ? 1_000 : 10_000);
  }

  /** Odd, so that one of them is the median. */
  private static int turns(Effort effort) {
    return effort == Effort.QUICK ? 3 : 11;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Calibrated calibration = calibrate(bench);
    int cores = bench.seating().serverCores(bench.placement()).size();
    List<Outcome> outcomes = new ArrayList<>();
    for (Mix mix : mixes(bench.effort())) {
      outcomes.add(
          new Outcome(
              mix,
              cores,
              calibration.known == null
                  ? unmeasured(bench, calibration.failure)
                  : measure(bench, mix, cores, calibration.known.stepsPerMilli())));
    }
    return findings(bench, calibration, outcomes);
  }

  /** How fast the machine is, or why that is unknown. */
  private record Calibrated(@Nullable WorkCalibration known, String failure) {}

  private static Calibrated calibrate(Bench bench) throws IOException, InterruptedException {
    List<Variant> plainest =
        bench.variants().stream()
            .limit(1)
            .map(variant -> Variant.ours(variant.command(), THREADS))
            .toList();
    List<Double> millis =
        mixes(bench.effort()).stream()
            .flatMap(mix -> mix.kinds().stream())
            .map(Mix.Kind::millis)
            .distinct()
            .sorted()
            .toList();
    Trials<WorkCalibration> trials =
        bench.interleave(
            "how fast this machine is",
            bench.placement(),
            1,
            plainest,
            variant -> variant.serve(WorkHandler.class.getName()),
            (_, server, _) -> WorkCalibration.on(server.address(), millis));
    return trials.rows().stream()
        .findFirst()
        .map(
            row -> new Calibrated(row.rounds().stream().findFirst().orElse(null), row.whyMissing()))
        .orElseGet(() -> new Calibrated(null, "none of our models was chosen"));
  }

  private static Trials<MixCurve> measure(Bench bench, Mix mix, int cores, double stepsPerMilli)
      throws IOException, InterruptedException {
    Trials<MixCurve.Overload> overloads =
        mix.overload()
            ? bench.sideBySide(
                "%s at %s".formatted(mix.id(), Wording.percent(MixedLoad.OVERLOAD)),
                bench.placement(),
                1,
                bench.variants(),
                variant -> variant.serve(mix.handler().getName()),
                turns(bench.effort()),
                new Overloads(bench, mix, cores, stepsPerMilli))
            : new Trials<>(bench.variants());
    return bench.interleave(
        mix.id(),
        bench.placement(),
        1,
        bench.variants(),
        variant -> variant.serve(mix.handler().getName()),
        (variant, server, _) ->
            measure(
                bench,
                new MixedLoad(server, mix, stepsPerMilli, cores),
                mix,
                cores,
                overloads.row(variant).rounds().stream().findFirst().orElse(null)));
  }

  /**
   * More than can be answered, offered to servers that take turns: three percent are looked for,
   * and minutes later the machine is another one by more than that.
   */
  private record Overloads(Bench bench, Mix mix, int cores, double stepsPerMilli)
      implements Bench.Turns<OpenLoop.Run, MixCurve.Overload> {
    private MixedLoad load(ServerProcess server) {
      return new MixedLoad(server, mix, stepsPerMilli, cores);
    }

    @Override
    public void warmUp(Variant variant, ServerProcess server)
        throws ServerFailure, InterruptedException {
      load(server).warmUp(warmup(bench.effort()));
    }

    @Override
    public OpenLoop.Run turn(Variant variant, ServerProcess server)
        throws ServerFailure, InterruptedException {
      return load(server).overload(bench.paced(TURN));
    }

    @Override
    public MixCurve.Overload sum(Variant variant, ServerProcess server, List<OpenLoop.Run> turns) {
      return MixCurve.Overload.of(MixedLoad.OVERLOAD, turns);
    }
  }

  private static MixCurve measure(
      Bench bench, MixedLoad load, Mix mix, int cores, MixCurve.@Nullable Overload overload)
      throws ServerFailure, InterruptedException {
    load.warmUp(warmup(bench.effort()));
    Duration look = bench.paced(mix.look(bench.effort()));
    double lowest = mix.loads(bench.effort()).getFirst();
    MixPoint alone = asksAlone(mix) ? load.alone(lowest, look) : null;
    List<MixPoint> points =
        MixCurve.search(
            mix.loads(bench.effort()),
            look,
            share -> mix.lasting(share, cores, MixedLoad.SAMPLES),
            bench.paced(LONGEST),
            (share, length) -> {
              MixPoint point = load.at(share, length);
              bench.tell("at %s: %s".formatted(Wording.percent(share), point.why()));
              return point;
            });
    return new MixCurve(points, overload, alone);
  }

  private static Trials<MixCurve> unmeasured(Bench bench, String why) {
    Trials<MixCurve> trials = new Trials<>(bench.variants());
    trials.rows().forEach(row -> row.failed(why));
    return trials;
  }

  /**
   * What one mix did to all variants.
   *
   * @param mix which
   * @param cores of the server
   * @param trials of one round
   */
  record Outcome(Mix mix, int cores, Trials<MixCurve> trials) {
    Optional<MixCurve> curve(String variant) {
      return trials.row(variant).flatMap(Outcome::curve);
    }

    static Optional<MixCurve> curve(Trials.Row<MixCurve> row) {
      return row.rounds().stream().findFirst();
    }
  }

  private Findings findings(Bench bench, Calibrated calibration, List<Outcome> outcomes) {
    List<Claim> claims = claims(outcomes);
    List<String> warnings = warnings(calibration, outcomes);
    BimodalExhibits exhibits = new BimodalExhibits(outcomes, bench.origin());
    Chapter.Builder chapter =
        Chapter.builder(id(), "Published mixes of short and long requests")
            .claim(
                "Research on scheduling in the microseconds (Shinjuku, Perséphone, Concord, TQ, "
                    + "Skyloft) offers a server such mixes at rising loads, and asks up to which "
                    + "load 99.9 % of the requests are slowed down by no more than 50 times.")
            .question(
                "The same mixes a hundred times as long: which load does each model hold, and what "
                    + "do the long requests pay?")
            .prediction(
                "Where few requests are very long (extreme), who runs a request to its end before "
                    + "it begins another holds next to no load, and time sharing holds most of "
                    + "the capacity. Where all are alike (fixed, exp) there is nothing to gain; "
                    + "what matters is to lose nothing.")
            .method(method(bench, calibration, outcomes))
            .control("fixed and exp: no request is so long that others should overtake it by much.")
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())));
    exhibits.charts().forEach(chart -> chapter.exhibit(new Figure(chart)));
    chapter.exhibit(exhibits.highest()).exhibit(exhibits.price());
    exhibits.overload().ifPresent(chapter::exhibit);
    chapter.exhibit(exhibits.points());
    warnings.forEach(warning -> chapter.note(Note.warning(warning)));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    chapter.cost(
        "Short requests pass at the long ones' expense: the table of the price says how much. A "
            + "server of one round at each load shows sizes, not second digits.");
    return new Findings(
        chapter.build(), json(calibration, outcomes), claims, summary(outcomes), warnings, null);
  }

  private static String method(Bench bench, Calibrated calibration, List<Outcome> outcomes) {
    String steps =
        calibration.known == null
            ? "unknown here"
            : Wording.number(calibration.known.stepsPerMilli()) + " a millisecond here";
    return ("Open loop, Poisson arrivals, %d connections a core, latency from the planned moment. "
            + "The capacity is the server's cores (%d) ÷ the mean service time; what a request "
            + "costs beside its work is not taken off, so that nobody reaches 100 %%. The handler "
            + "computes for a given number of steps (%s, by a calibration on one calm server). A "
            + "slowdown is the latency ÷ the CPU time that the request needs, for exp ÷ the mean. "
            + "A load is held if %s of the shortest kind are slowed down by at most %s, of at "
            + "least %d samples, and at least %s of all requests and %s of their work are "
            + "answered. Each load is looked at for some seconds (%s), from the lowest one on, "
            + "until two are missed; then the highest ones for as long as the samples take. One "
            + "fresh server for each mix and model, warmed up for %s. The same arrivals for all. In "
            + "extreme the short ones are asked alone first, as many as at the lowest load: if they "
            + "are late then, the machine is too unsteady to tell. What is more than the capacity is "
            + "offered first, by turns of %s: the servers of all models are up then, and the median "
            + "turn counts.")
        .formatted(
            MixedLoad.CONNECTIONS,
            bench.seating().serverCores(bench.placement()).size(),
            steps,
            "99.9 %",
            Wording.times(MixPoint.LIMIT),
            MixPoint.LEAST_SAMPLES,
            Wording.percent(MixPoint.LEAST_ANSWERED),
            Wording.percent(MixPoint.LEAST_WORK),
            outcomes.stream()
                .map(outcome ->
                    outcome.mix.id()
                        + " "
                        + Wording.seconds(bench.paced(outcome.mix.look(bench.effort()))))
                .collect(Collectors.joining(", ")),
            Wording.seconds(warmup(bench.effort())),
            Wording.seconds(bench.paced(TURN)));
  }

  private static List<String> warnings(Calibrated calibration, List<Outcome> outcomes) {
    List<String> warnings = new ArrayList<>();
    if (calibration.known != null) {
      for (WorkCalibration.Alone alone : calibration.known.alone()) {
        double off = alone.measuredMillis() / alone.millis() - 1;
        if (alone.millis() >= GAUGED_FROM_MILLIS && Math.abs(off) > GAUGE_TOLERANCE) {
          warnings.add(
              "bimodal: alone, a request of %s took %s: the machine was not quiet"
                  .formatted(
                      Wording.seconds(alone.millis() / 1e3),
                      Wording.seconds(alone.measuredMillis() / 1e3)));
        }
      }
    }
    for (Outcome outcome : outcomes) {
      for (Trials.Row<MixCurve> row : outcome.trials.rows()) {
        for (MixCurve curve : row.rounds()) {
          String where = "bimodal, %s, %s: ".formatted(outcome.mix.id(), row.variant().name());
          String invalid =
              curve.points().stream()
                  .filter(point -> point.outcome() == MixPoint.Outcome.INVALID)
                  .map(point -> Wording.percent(point.load()))
                  .collect(Collectors.joining(", "));
          if (!invalid.isEmpty()) {
            warnings.add(where + "invalid at %s, the generator was the limit".formatted(invalid));
          }
          MixPoint alone = curve.alone();
          if (alone != null && curve.missedAlone()) {
            warnings.add(
                where
                    + "alone, too, short ones were late, %s: the machine was not quiet"
                        .formatted(alone.why()));
          }
          long failed = curve.points().stream().mapToLong(MixPoint::failures).sum();
          if (failed > 0) {
            warnings.add(where + Wording.count(failed, "request") + " failed");
          }
        }
      }
    }
    return warnings;
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(List<Outcome> outcomes) {
    List<Claim> claims = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      if (outcome.mix.equals(Mix.EXTREME)) {
        claims.add(
            higher(
                outcome,
                "virtual",
                "extremeTwiceVirtual",
                "virtual threads that share their time hold far more than those that do not"));
        claims.add(
            higher(
                outcome,
                "event-loop",
                "extremeTwiceEventLoop",
                "an event loop that can be blocked holds far more than one that cannot"));
        claims.add(
            higher(
                outcome,
                THREADS,
                "extremeAboveThreads",
                "lowering the priority of long requests does more than the kernel's equal shares"));
      } else if (outcome.mix.overload()) {
        claims.add(losesNothing(outcome));
      }
    }
    return claims;
  }

  private static Claim higher(Outcome outcome, String rival, String id, String finding) {
    boolean above = rival.equals(THREADS);
    Rule rule =
        new Rule(
            id,
            finding,
            "overtake's highest load is %s that of %s"
                .formatted(above ? "above" : "at least %s".formatted(Wording.times(TWICE)), rival),
            Double.NaN,
            Wording::times);
    Optional<MixCurve> ours = outcome.curve(OURS);
    Optional<MixCurve> theirs = outcome.curve(rival);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return rule.unknown("%s could not be measured.".formatted(ours.isEmpty() ? OURS : rival));
    }
    String figures =
        "%s: %s holds %s, %s %s"
            .formatted(
                outcome.mix.id(),
                OURS,
                BimodalExhibits.held(ours.get()),
                rival,
                BimodalExhibits.held(theirs.get()));
    if (ours.get().spoilt() || theirs.get().spoilt()) {
      return rule.spoilt(figures + ", but the generator was the limit.");
    }
    // Who misses the lowest load tried holds less than that.
    Optional<Double> most = most(theirs.get());
    double held = ours.get().highest().map(MixPoint::load).orElse(0.0);
    if (most.isEmpty() || (held == 0 && ours.get().missed().isEmpty())) {
      return rule.unknown(figures + ".");
    }
    if (held == 0 && ours.get().missedAlone()) {
      return rule.unknown(
          figures + ", but without long requests short ones were late as well, by the machine.");
    }
    double ratio = held / most.get();
    return rule.decided(ratio, above ? ratio > 1 : ratio >= TWICE, figures + ".");
  }

  private static Optional<Double> most(MixCurve curve) {
    return curve.highest().or(curve::missed).map(MixPoint::load);
  }

  private static Claim losesNothing(Outcome outcome) {
    String name = outcome.mix.id();
    Rule rule =
        new Rule(
            name + "LosesNothing",
            "where requests are alike, time sharing costs next to nothing",
            "at %s of the capacity overtake answers at least %s of what the best other model does"
                .formatted(Wording.percent(MixedLoad.OVERLOAD), Wording.percent(NEXT_TO_NOTHING)),
            Double.NaN,
            Wording::percent);
    MixCurve.@Nullable Overload ours = outcome.curve(OURS).map(MixCurve::overload).orElse(null);
    if (ours == null) {
      return rule.unknown(OURS + " could not be measured.");
    }
    MixCurve.Overload best = null;
    String of = "";
    for (Trials.Row<MixCurve> row : outcome.trials.rows()) {
      MixCurve.@Nullable Overload theirs = Outcome.curve(row).map(MixCurve::overload).orElse(null);
      if (theirs != null
          && !row.variant().name().equals(OURS)
          && (best == null || theirs.answeredPerSecond() > best.answeredPerSecond())) {
        best = theirs;
        of = row.variant().name();
      }
    }
    if (best == null) {
      return rule.unknown("No other model could be measured.");
    }
    double part = ours.answeredPerSecond() / best.answeredPerSecond();
    String figures =
        "%s: overtake answered %s, %s of the %s of %s"
            .formatted(
                name,
                Wording.rate(ours.answeredPerSecond()),
                Wording.percent(part),
                Wording.rate(best.answeredPerSecond()),
                of);
    return ours.health().saturated() || best.health().saturated()
        ? rule.spoilt(figures + ", but the generator was the limit.")
        : rule.decided(part, part >= NEXT_TO_NOTHING, figures + ".");
  }

  private static List<Findings.SummaryLine> summary(List<Outcome> outcomes) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Trials.Row<MixCurve> row : outcome.trials.rows()) {
        lines.add(
            new Findings.SummaryLine(
                "%s, %s: highest load".formatted(outcome.mix.id(), row.variant().name()),
                "",
                Outcome.curve(row)
                    .map(curve -> inWords(outcome.mix, curve))
                    .orElseGet(row::whyMissing)));
      }
    }
    return lines;
  }

  private static String inWords(Mix mix, MixCurve curve) {
    StringBuilder words = new StringBuilder(BimodalExhibits.held(curve));
    curve
        .highest()
        .ifPresent(point -> {
          words.append(": ").append(point.of(mix.shortest()).inWords());
          if (mix.kinds().size() > 1) {
            KindFigures price = point.of(mix.longest());
            words.append(
                "; %s p50 %s, p99 %s"
                    .formatted(
                        price.name(), Wording.times(price.p50()), Wording.times(price.p99())));
          }
        });
    MixCurve.@Nullable Overload overload = curve.overload();
    if (overload != null) {
      words.append(
          "; %s at %s"
              .formatted(
                  Wording.rate(overload.answeredPerSecond()), Wording.percent(overload.load())));
    }
    return words.toString();
  }

  private static Object json(Calibrated calibration, List<Outcome> outcomes) {
    return new Results(
        MixPoint.LIMIT,
        MixPoint.LEAST_SAMPLES,
        calibration.known,
        calibration.known == null ? calibration.failure : null,
        outcomes.stream()
            .map(outcome ->
                new MixResults(
                    outcome.mix.id(),
                    outcome.mix.meanMillis(),
                    outcome.cores,
                    outcome.mix.capacityPerSecond(outcome.cores),
                    outcome.mix.kinds(),
                    outcome.trials.rows().stream()
                        .map(row -> variantResults(outcome.mix, row))
                        .toList()))
            .toList());
  }

  private static VariantResults variantResults(Mix mix, Trials.Row<MixCurve> row) {
    Optional<MixCurve> curve = Outcome.curve(row);
    return new VariantResults(
        row.variant().name(),
        row.variant().serve(mix.handler().getName()),
        row.failure(),
        curve.flatMap(MixCurve::highest).map(MixPoint::load).orElse(Double.NaN),
        curve.map(MixCurve::points).orElse(List.of()),
        curve.map(MixCurve::overload).orElse(null),
        curve.map(MixCurve::alone).orElse(null));
  }

  record VariantResults(
      String variant,
      List<String> command,
      @Nullable String failure,
      double highestLoad,
      List<MixPoint> loads,
      MixCurve.@Nullable Overload overload,
      @Nullable MixPoint alone) {}

  record MixResults(
      String mix,
      double meanServiceMillis,
      int serverCores,
      double capacityPerSecond,
      List<Mix.Kind> kinds,
      List<VariantResults> variants) {}

  record Results(
      double slowdownLimit,
      int leastSamples,
      @Nullable WorkCalibration calibration,
      @Nullable String calibrationFailure,
      List<MixResults> mixes) {}
}
