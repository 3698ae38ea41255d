// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Note;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What one instruction that takes long does to everybody else, and to Ctrl-C. */
final class StallExperiment implements Experiment {
  private static final String OURS = "dev.overtake.server.Search"; // on the server's class path
  private static final String CPYTHONS = "search";
  private static final List<String> VARIANTS =
      List.of(Variant.GIL, Variant.CPYTHON_THREADS, "threads", "overtake");

  private static final String GRACE = "200ms";
  private static final Duration OVERHEAD = Duration.ofMillis(1_500);
  private static final Duration QUICK_SEARCH = Duration.ofMillis(700);
  private static final Duration FULL_SEARCH = Duration.ofSeconds(2);
  /* Well longer than ours let a request go on after Ctrl-C, whatever the pace. */
  private static final Duration QUICK_INTERRUPTED = Duration.ofMillis(2_500);
  private static final Duration FULL_INTERRUPTED = Duration.ofSeconds(4);
  private static final Duration UNTIL_CTRL_C = Duration.ofMillis(300);
  private static final Duration CALM = Duration.ofMillis(300);
  private static final Duration BEAT = Duration.ofMillis(5);
  /* Guards against a hang only. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PROBE_OVERHEAD = Duration.ofMillis(900);
  private static final Duration PROBE = Duration.ofMillis(600);
  private static final long PROBE_PATIENCE_SECONDS = 30;
  private static final long SIGNAL_SECONDS = 5;

  private static final long FIRST_SEARCH = 2_000_000;
  private static final double LEAST_CALIBRATION_SECONDS = 0.05;
  private static final double MOST_OF_IT = 0.7;
  private static final double LITTLE_OF_IT = 0.3;
  private static final double FAR_LONGER = 10;
  private static final int SIGINT = 2;

  @Override
  public String id() {
    return "stall";
  }

  @Override
  public String summary() {
    return "how long one uninterruptible instruction silences others, and Ctrl-C beside it";
  }

  @Override
  public boolean concerns(Variant variant) {
    return VARIANTS.contains(variant.name());
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    List<Step> steps =
        new ArrayList<>(
            Collections.nCopies(
                effort.rounds() * variants,
                new Step(OVERHEAD.plus(interrupted(effort)), search(effort))));
    int probes = SafepointProbe.Operation.values().length;
    steps.addAll(Collections.nCopies(effort.rounds() * probes, new Step(PROBE_OVERHEAD, PROBE)));
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    Duration search = bench.paced(search(bench.effort()));
    Duration interrupted = interrupted(bench.effort());
    List<String> starter = signalStarter();
    Trials<Seen> trials =
        bench.interleave(
            "long instruction",
            bench.placement(),
            bench.variants(),
            variant -> command(starter, variant),
            (_, server, _) -> look(server, search, interrupted));
    return findings(bench, search, interrupted, trials, probe(bench));
  }

  private static Duration search(Effort effort) {
    return effort == Effort.QUICK ? QUICK_SEARCH : FULL_SEARCH;
  }

  private static Duration interrupted(Effort effort) {
    return effort == Effort.QUICK ? QUICK_INTERRUPTED : FULL_INTERRUPTED;
  }

  private static List<String> command(List<String> starter, Variant variant) {
    List<String> words = new ArrayList<>(starter);
    if (variant.kind() == Variant.Kind.CPYTHON) {
      words.addAll(variant.serve(CPYTHONS));
    } else {
      words.addAll(variant.serve(OURS));
      words.addAll(List.of("--grace", GRACE));
    }
    return words;
  }

  /**
   * The words that start a program which takes Ctrl-C. A shell without job control has what it
   * starts in the background ignore it, and whatever that starts in turn.
   */
  private static List<String> signalStarter() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("SigIgn:")) {
          long ignored = Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16);
          return (ignored & 1L << (SIGINT - 1)) == 0
              ? List.of()
              : List.of("env", "--default-signal=INT");
        }
      }
    }
    return List.of();
  }

  private static Seen look(ServerProcess server, Duration search, Duration interrupted)
      throws ServerFailure, InterruptedException {
    try (Client searcher = new Client(server.address());
        Client hello = new Client(server.address())) {
      double perSecond = calibrate(searcher);
      double calm = longestSilence(hello, null, CALM);

      searcher.ask((long) (perSecond * search.toMillis() / 1e3));
      Watched watched = new Watched(searcher);
      double silence = longestSilence(hello, watched, PATIENCE);
      double lasted = watched.seconds;
      if (Double.isNaN(lasted)) {
        throw new ServerFailure(
            "its search is not over after %d s".formatted(PATIENCE.toSeconds()));
      }

      // Whatever disturbs a search makes it slower, so the faster of the two was the better
      // measure.
      double fastest = Math.max(perSecond, perSecond * search.toMillis() / 1e3 / lasted);
      searcher.ask((long) (fastest * interrupted.toMillis() / 1e3));
      Thread.sleep(UNTIL_CTRL_C);
      long sentNanos = System.nanoTime();
      interrupt(server);
      double exit =
          server.endsWithin(PATIENCE) ? (System.nanoTime() - sentNanos) / 1e9 : Double.NaN;
      double left = interrupted.minus(UNTIL_CTRL_C).toMillis() / 1e3;
      return new Seen(calm, lasted, silence, left, exit);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  /** How many numbers it searches in a second, when it has warmed up. */
  private static double calibrate(Client searcher) throws IOException, ServerFailure {
    long numbers = FIRST_SEARCH;
    while (true) {
      double seconds = Double.POSITIVE_INFINITY;
      for (int i = 0; i < 3; i++) {
        searcher.ask(numbers);
        seconds = Math.min(seconds, answer(searcher));
      }
      if (seconds >= LEAST_CALIBRATION_SECONDS) {
        return numbers / seconds;
      }
      numbers *= 4;
    }
  }

  private static double answer(Client client) throws IOException, ServerFailure {
    return client
        .awaitAnswer(PATIENCE)
        .orElseThrow(() ->
            new ServerFailure("it does not answer within %d s".formatted(PATIENCE.toSeconds())));
  }

  /**
   * Has hello said on a beat, for so long or until the search is over.
   *
   * @return the longest time between two hellos, in seconds
   */
  private static double longestSilence(Client hello, @Nullable Watched search, Duration atMost)
      throws IOException, ServerFailure, InterruptedException {
    long beginNanos = System.nanoTime();
    long lastNanos = beginNanos;
    long longestNanos = 0;
    boolean over = false;
    while (!over) {
      hello.ask(1);
      answer(hello);
      long nowNanos = System.nanoTime();
      longestNanos = Math.max(longestNanos, nowNanos - lastNanos);
      lastNanos = nowNanos;
      over = nowNanos - beginNanos > atMost.toNanos();
      if (search == null) {
        Thread.sleep(BEAT);
      } else {
        over |= search.overWithin(BEAT);
      }
    }
    return longestNanos / 1e9;
  }

  private static void interrupt(ServerProcess server) throws ServerFailure {
    if (Programs.run(SIGNAL_SECONDS, "sh", "-c", "kill -INT " + server.pid()).isEmpty()) {
      throw new ServerFailure("it cannot be sent a SIGINT from here: sh or kill failed");
    }
  }

  /** Runs the program that the JVM is to stop, a round of each operation after the other. */
  private static List<Probed> probe(Bench bench) throws InterruptedException {
    List<Probed> all =
        List.of(SafepointProbe.Operation.values()).stream().map(Probed::new).toList();
    Duration duration = bench.paced(PROBE);
    for (int round = 1; round <= bench.effort().rounds(); round++) {
      for (Probed probed : all) {
        bench.begin(
            "safepoints, round %d of %d: %s"
                .formatted(round, bench.effort().rounds(), probed.operation.title()));
        List<String> words = new ArrayList<>(bench.seating().serverStarter(bench.placement()));
        words.addAll(probed.operation.command(duration));
        Programs.run(PROBE_PATIENCE_SECONDS, words.toArray(String[]::new))
            .map(SafepointProbe.Seen::in)
            .filter(seen -> !seen.reachingSeconds().isEmpty())
            .ifPresent(probed.rounds::add);
      }
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("while a program of its own ran");
    }
    return all;
  }

  private Findings findings(
      Bench bench,
      Duration search,
      Duration interrupted,
      Trials<Seen> trials,
      List<Probed> probed) {
    List<Claim> claims = claims(trials, probed);
    Chapter.Builder chapter =
        Chapter.builder(id(), "One instruction that takes long")
            .claim(
                "Looking for a word in a range of a billion numbers is a single instruction of "
                    + "CPython's. While it runs a thread that says hello falls silent, and "
                    + "Ctrl-C does nothing until it is over.")
            .question(
                "How long does one long instruction silence everybody else, what does Ctrl-C do "
                    + "meanwhile, and is there such an instruction in a JVM?")
            .prediction(
                "CPython and gil are silent to the end of the search; threads and overtake say "
                    + "hello all the time. CPython ends with the search, ours soon after their "
                    + "grace, gil too, since the JVM's thread for signals needs no lock. A JVM "
                    + "stops its threads at polls only, and a counted loop without them or one "
                    + "call that copies much is its long instruction.")
            .method(
                ("One connection asks for a search that lasts about %s; another asks for a hello "
                        + "every %s or as soon as it has one, and the longest time without counts. "
                        + "Then a search of about %s, and SIGINT after %s of it. Ours start with "
                        + "--grace %s, and cut off a request that outlasts it by a second. %s. "
                        + "Safepoints: a program of three threads, one of which does something "
                        + "long, one says hello every 2 ms, and one has all threads stopped every "
                        + "15 ms; the time until they have stopped is from the JVM's own log "
                        + "(-Xlog:safepoint).")
                    .formatted(
                        Wording.seconds(search),
                        Wording.seconds(BEAT),
                        Wording.seconds(interrupted),
                        Wording.seconds(UNTIL_CTRL_C),
                        GRACE,
                        Wording.count(bench.effort().rounds(), "round")))
            .control(control(trials))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .note(
                Note.plain(
                    "A JVM that finds one processor, or little memory, takes the Serial "
                        + "collector, and with it counted loops without polls. It stops all "
                        + "threads before it ends, so such a loop delays Ctrl-C as well."))
            .exhibit(
                new Figure(
                    chart(
                        bench,
                        trials,
                        "Longest silence beside a search",
                        "For each model, the longest time without a hello while the search ran.",
                        "longest silence",
                        Seen::silenceSeconds)))
            .exhibit(
                new Figure(
                    chart(
                        bench,
                        trials,
                        "From Ctrl-C to the end of the process",
                        "For each model, how long after SIGINT the process ended, in the middle "
                            + "of a search.",
                        "time to exit",
                        Seen::exitSeconds)))
            .exhibit(table(trials))
            .exhibit(probeTable(probed))
            .cost(
                "Whoever has to end a process in the middle of such an instruction needs kill -9.");
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
        chapter.build(), json(trials, probed), claims, summary(trials, probed), List.of(), null);
  }

  private static String control(Trials<Seen> trials) {
    Spread calm =
        Spread.of(
            trials.rows().stream()
                .flatMap(row -> row.rounds().stream())
                .map(Seen::calmSeconds)
                .toList());
    return calm.measured()
        ? "Without a search the longest time between two hellos was %s, on a beat of %s."
            .formatted(calm.show(Wording::seconds), Wording.seconds(BEAT))
        : "";
  }

  private static BarChart chart(
      Bench bench,
      Trials<Seen> trials,
      String title,
      String description,
      String axis,
      ToDoubleFunction<Seen> figure) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      String name = row.variant().name();
      Spread spread = row.spread(figure);
      groups.add(
          spread.measured()
              ? BarChart.Group.of(name, spread.min(), spread.median(), spread.max())
              : new BarChart.Group(name, List.of(BarChart.Bar.missing(name, row.whyMissing()))));
    }
    return new BarChart(title, description, Axis.log(axis, Unit.SECONDS), groups, bench.origin());
  }

  private static Table table(Trials<Seen> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("model"),
            Table.Column.number("silence without search"),
            Table.Column.number("search"),
            Table.Column.number("longest silence"),
            Table.Column.number("left at Ctrl-C"),
            Table.Column.number("Ctrl-C to exit"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      rows.add(
          List.of(
              Cell.name(row.variant().name()),
              row.spread(Seen::calmSeconds).cell(Unit.SECONDS, "none"),
              row.spread(Seen::searchSeconds).cell(Unit.SECONDS, "none"),
              row.spread(Seen::silenceSeconds).cell(Unit.SECONDS, "none"),
              row.spread(Seen::leftSeconds).cell(Unit.SECONDS, "none"),
              row.spread(Seen::exitSeconds).cell(Unit.SECONDS, "never")));
    }
    return new Table(
        "Beside one long instruction", "Median and range over the rounds.", columns, rows);
  }

  private static Table probeTable(List<Probed> all) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Probed probed : all) {
      rows.add(
          List.of(
              Cell.text(probed.operation.title()),
              probed.reaching().cell(Unit.SECONDS, "not measured"),
              probed.silence().cell(Unit.SECONDS, "not measured"),
              Cell.count(
                  probed.rounds.stream().mapToLong(seen -> seen.reachingSeconds().size()).sum())));
    }
    return new Table(
        "What keeps a JVM from stopping its threads",
        "The longest of a round; median and range over the rounds.",
        List.of(
            Table.Column.text("beside"),
            Table.Column.number("until all had stopped"),
            Table.Column.number("longest silence"),
            Table.Column.number("safepoints")),
        rows);
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(Trials<Seen> trials, List<Probed> probed) {
    return List.of(
        silence(
            trials,
            Variant.CPYTHON_THREADS,
            "cpythonFallsSilent",
            "nothing runs in CPython beside an instruction that takes long",
            "at least",
            MOST_OF_IT,
            part -> part >= MOST_OF_IT),
        ctrlC(
            trials,
            Variant.CPYTHON_THREADS,
            "cpythonIgnoresCtrlC",
            "nor does Ctrl-C end it before",
            "at least",
            MOST_OF_IT,
            part -> part >= MOST_OF_IT),
        ctrlC(
            trials,
            "threads",
            "javaTakesCtrlC",
            "a JVM takes it in a thread of its own, which waits for no lock",
            "at most",
            MOST_OF_IT,
            part -> part <= MOST_OF_IT),
        silence(
            trials,
            Variant.GIL,
            "gilFallsSilent",
            "it is the lock: under one of the same kind Java's threads fall silent as well",
            "at least",
            MOST_OF_IT,
            part -> part >= MOST_OF_IT),
        silence(
            trials,
            "threads",
            "threadsTalkOn",
            "threads without the lock talk on",
            "at most",
            LITTLE_OF_IT,
            part -> part <= LITTLE_OF_IT),
        silence(
            trials,
            "overtake",
            "overtakeTalksOn",
            "with time sharing others talk on",
            "at most",
            LITTLE_OF_IT,
            part -> part <= LITTLE_OF_IT),
        loopsDelay(probed));
  }

  private static Claim silence(
      Trials<Seen> trials,
      String variant,
      String id,
      String finding,
      String side,
      double limit,
      DoublePredicate holds) {
    Rule rule =
        new Rule(
            id,
            finding,
            "the longest silence is %s %s of the search".formatted(side, Wording.percent(limit)),
            Double.NaN,
            Wording::percent);
    return judge(
        trials,
        variant,
        rule,
        seen -> seen.silenceSeconds / seen.searchSeconds,
        holds,
        row ->
            "%s was silent for %s beside a search of %s"
                .formatted(
                    row.variant().title(),
                    row.spread(Seen::silenceSeconds).show(Wording::seconds),
                    row.spread(Seen::searchSeconds).show(Wording::seconds)));
  }

  private static Claim ctrlC(
      Trials<Seen> trials,
      String variant,
      String id,
      String finding,
      String side,
      double limit,
      DoublePredicate holds) {
    Rule rule =
        new Rule(
            id,
            finding,
            "the process ends after %s %s of what was left of the search"
                .formatted(side, Wording.percent(limit)),
            Double.NaN,
            Wording::percent);
    return judge(
        trials,
        variant,
        rule,
        seen -> seen.exitSeconds / seen.leftSeconds,
        holds,
        row ->
            "%s ended %s after Ctrl-C, when about %s of the search were left"
                .formatted(
                    row.variant().title(),
                    row.spread(Seen::exitSeconds).show(Wording::seconds),
                    row.spread(Seen::leftSeconds).show(Wording::seconds)));
  }

  private static Claim judge(
      Trials<Seen> trials,
      String variant,
      Rule rule,
      ToDoubleFunction<Seen> figure,
      DoublePredicate holds,
      Function<Trials.Row<Seen>, String> inWords) {
    Optional<Trials.Row<Seen>> found = trials.row(variant);
    if (found.isEmpty()) {
      return rule.unknown("%s was left out.".formatted(variant));
    }
    Trials.Row<Seen> row = found.get();
    Spread spread = row.spread(figure);
    return spread.measured()
        ? rule.decided(spread, holds, inWords.apply(row))
        : rule.unknown(
            "%s could not be measured: %s.".formatted(row.variant().title(), row.whyMissing()));
  }

  private static Claim loopsDelay(List<Probed> all) {
    Rule rule =
        new Rule(
            "loopsDelaySafepoints",
            "a JVM has long instructions of its own: it stops all threads for itself, and waits "
                + "for the one that does not look",
            "stopping all takes at least %s as long beside a loop without polls as with them"
                .formatted(Wording.times(FAR_LONGER)),
            Double.NaN,
            Wording::times);
    Spread without = reaching(all, SafepointProbe.Operation.LOOP_WITHOUT_POLLS);
    Spread with = reaching(all, SafepointProbe.Operation.LOOP_WITH_POLLS);
    Spread copy = reaching(all, SafepointProbe.Operation.ARRAY_COPY);
    if (!without.measured() || !with.measured()) {
      return rule.unknown("The program that shows it could not be run here.");
    }
    double ratio = without.median() / with.median();
    return rule.decided(
        ratio,
        ratio >= FAR_LONGER,
        "Until all had stopped, %s passed at most beside a counted loop without polls, %s with them, and %s beside a copy of 128 MiB."
            .formatted(
                without.show(Wording::seconds),
                with.show(Wording::seconds),
                copy.show(Wording::seconds)));
  }

  private static Spread reaching(List<Probed> all, SafepointProbe.Operation operation) {
    return all.stream()
        .filter(probed -> probed.operation == operation)
        .findFirst()
        .map(Probed::reaching)
        .orElse(Spread.NONE);
  }

  private static List<Findings.SummaryLine> summary(Trials<Seen> trials, List<Probed> probed) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Seen> row : trials.rows()) {
      String name = row.variant().name();
      boolean cpython = row.variant().kind() == Variant.Kind.CPYTHON;
      if (!row.measured()) {
        lines.add(new Findings.SummaryLine(name, "", row.whyMissing()));
        continue;
      }
      lines.add(
          new Findings.SummaryLine(
              name + ": longest silence, search",
              cpython ? "silent all the time" : "",
              "%s, %s"
                  .formatted(
                      row.spread(Seen::silenceSeconds).show(Wording::seconds),
                      row.spread(Seen::searchSeconds).show(Wording::seconds))));
      lines.add(
          new Findings.SummaryLine(
              name + ": Ctrl-C to exit, search left",
              cpython ? "no effect" : "",
              "%s, %s"
                  .formatted(
                      row.spread(Seen::exitSeconds).show(Wording::seconds),
                      row.spread(Seen::leftSeconds).show(Wording::seconds))));
    }
    for (Probed each : probed) {
      lines.add(
          new Findings.SummaryLine(
              "time to safepoint beside " + each.operation.title(),
              "",
              each.reaching().show(Wording::seconds)));
    }
    return lines;
  }

  private static Object json(Trials<Seen> trials, List<Probed> probed) {
    return new Results(
        trials.rows().stream()
            .map(row ->
                new VariantResults(row.variant().name(), row.failure(), List.copyOf(row.rounds())))
            .toList(),
        probed.stream()
            .map(each -> new ProbeResults(each.operation.title(), List.copyOf(each.rounds)))
            .toList());
  }

  /** A search under way, and how long it lasted once it is over. */
  private static final class Watched {
    private final Client searcher;
    private double seconds = Double.NaN;

    Watched(Client searcher) {
      this.searcher = searcher;
    }

    boolean overWithin(Duration time) throws IOException {
      OptionalDouble answered = searcher.awaitAnswer(time);
      answered.ifPresent(value -> seconds = value);
      return answered.isPresent();
    }
  }

  /** What all rounds of one operation showed. */
  record Probed(SafepointProbe.Operation operation, List<SafepointProbe.Seen> rounds) {
    Probed(SafepointProbe.Operation operation) {
      this(operation, new ArrayList<>());
    }

    Spread reaching() {
      return Spread.of(rounds.stream().map(SafepointProbe.Seen::longestReachingSeconds).toList());
    }

    Spread silence() {
      return Spread.of(rounds.stream().map(SafepointProbe.Seen::silenceSeconds).toList());
    }
  }

  /**
   * What one round of one variant showed, in seconds.
   *
   * @param calmSeconds the longest time between two hellos without a search
   * @param searchSeconds how long the search lasted
   * @param silenceSeconds the longest time between two hellos meanwhile
   * @param leftSeconds how long the second search would have gone on when Ctrl-C came
   * @param exitSeconds from Ctrl-C to the end of the process; NaN if it did not end
   */
  record Seen(
      double calmSeconds,
      double searchSeconds,
      double silenceSeconds,
      double leftSeconds,
      double exitSeconds) {}

  record VariantResults(String variant, @Nullable String failure, List<Seen> rounds) {}

  record ProbeResults(String operation, List<SafepointProbe.Seen> rounds) {}

  record Results(List<VariantResults> variants, List<ProbeResults> safepoints) {}
}
