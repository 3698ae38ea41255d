// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Axis;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.LineChart;
import dev.overtake.report.Note;
import dev.overtake.report.Point;
import dev.overtake.report.Reference;
import dev.overtake.report.Series;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How deep a function can call itself, and whom a request hurts that goes deeper. */
final class RecursionExperiment implements Experiment {
  private static final Duration SAMPLE = Duration.ofMillis(600);
  private static final Duration VISIT = Duration.ofMillis(1_800);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PROGRAM_SECONDS = 20;
  private static final int OVERFLOWS = 10;
  private static final int BEYOND_ANY_STACK = 1_000_000_000;
  private static final int HARMLESS = 10;
  private static final int TIMES = 30;
  private static final int RAISED_LIMIT = 100_000_000;
  /* Plain calls of CPython need no stack, so only this ends them. */
  private static final int PLAIN_LIMIT = 200_000;
  /* The JIT compiler works in the foreground, so that its code runs as soon as it is due. */
  private static final String BATCH = "-Xbatch";
  private static final double AS_DEEP = 0.8;
  private static final String RAISED = "CPython threads, limit raised";
  private static final String INTERPRETED = "platform, interpreted";
  private static final String COMPILED = "platform, compiled";
  private static final String VIRTUAL = "virtual, compiled";
  private static final String THROUGH_C = "CPython through C, limit raised";

  @Override
  public String id() {
    return "recursion";
  }

  @Override
  public String summary() {
    return "how deep a function can call itself, and whom a request hurts that goes too deep";
  }

  /** Sequential serves nobody beside the one who recurses, so that nobody can be hurt. */
  @Override
  public boolean concerns(Variant variant) {
    return !variant.model().equals("sequential");
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    List<Step> steps = new ArrayList<>();
    steps.addAll(
        Collections.nCopies(sizes(effort).size(), new Step(SAMPLE.multipliedBy(4), Duration.ZERO)));
    steps.addAll(
        Collections.nCopies(effort.rounds() * (variants + 1), new Step(VISIT, Duration.ZERO)));
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    List<Depth> depths = new ArrayList<>();
    for (int size : sizes(bench.effort())) {
      bench.begin("depth with a stack of " + Wording.bytes(size));
      depths.addAll(depths(bench, size));
    }
    Trials<Harm> trials =
        bench.interleave(
            "a request that overflows",
            bench.placement(),
            variants(bench),
            variant ->
                variant.serve(
                    variant.kind() == Variant.Kind.OURS
                        ? RecursionHandler.class.getName()
                        : "recursion",
                    List.of(BATCH)),
            (_, server, _) -> overflow(server));
    return findings(bench, depths, plainCpython(bench), trials);
  }

  private static List<Integer> sizes(Effort effort) {
    return effort == Effort.QUICK
        ? List.of(256 << 10, 1 << 20, 4 << 20)
        : List.of(192 << 10, 256 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20, 8 << 20, 32 << 20);
  }

  /** CPython twice: as it is, and without the limit that protects it. */
  private static List<Variant> variants(Bench bench) {
    List<Variant> variants = new ArrayList<>(bench.variants());
    bench.variants().stream()
        .filter(variant -> variant.name().equals(Variant.CPYTHON_THREADS))
        .findFirst()
        .ifPresent(cpython -> {
          List<String> command = new ArrayList<>(cpython.command());
          command.addAll(List.of("--recursion-limit", Integer.toString(RAISED_LIMIT)));
          variants.add(new Variant(RAISED, command, cpython.model(), cpython.kind()));
        });
    return variants;
  }

  private static List<Depth> depths(Bench bench, int stackBytes) throws IOException {
    String size = Integer.toString(stackBytes);
    List<Depth> depths = new ArrayList<>();
    depths.add(new Depth(INTERPRETED, stackBytes, java(List.of("-Xint"), size, 1)));
    depths.add(new Depth(COMPILED, stackBytes, java(List.of(BATCH), size, TIMES)));
    // Its stack lies on its carrier's while it runs, and that is as large as -Xss says.
    depths.add(
        new Depth(VIRTUAL, stackBytes, java(List.of(BATCH, "-Xss" + size), "virtual", TIMES)));
    if (bench.python() != null) {
      depths.add(new Depth(THROUGH_C, stackBytes, python(bench, size, RAISED_LIMIT, "through-c")));
    }
    return depths;
  }

  /** The deepest of several, for the JIT compiler makes frames smaller. */
  private static double java(List<String> options, String kind, int times) throws IOException {
    List<String> arguments = List.of(kind, Integer.toString(times));
    return last(Samples.inOneArena(Samples.java(RecursionSample.class, options, arguments)), true);
  }

  private static double python(Bench bench, String stackBytes, int limit, String way)
      throws IOException {
    Path program = Resources.copy("recursion_sample.py", bench.directory().path());
    return last(
        List.of(
            String.valueOf(bench.python()),
            program.toString(),
            stackBytes,
            Integer.toString(limit),
            way),
        false);
  }

  /** NaN without CPython. */
  private static PlainCpython plainCpython(Bench bench) throws IOException {
    return bench.python() == null
        ? new PlainCpython(Double.NaN, Double.NaN)
        : new PlainCpython(
            python(bench, "0", 0, "plain"), python(bench, "0", PLAIN_LIMIT, "plain"));
  }

  /**
   * The last or largest number that the program prints; a program that dies has printed as well.
   * NaN if there is none.
   */
  private static double last(List<String> command, boolean largest) throws IOException {
    List<Double> numbers =
        Programs.printed(PROGRAM_SECONDS, command)
            .lines()
            .filter(line -> line.matches("\\d+")) // a program that dies may say so
            .map(Double::valueOf)
            .toList();
    return numbers.isEmpty() ? Double.NaN : largest ? Collections.max(numbers) : numbers.getLast();
  }

  /** Several clients overflow the stack, one after the other, while another is being served. */
  private static Harm overflow(ServerProcess server) throws ServerFailure, InterruptedException {
    int failed = 0;
    int answered = 0;
    double depth = Double.NaN;
    try (Client bystander = new Client(server.address())) {
      require(bystander, HARMLESS);
      for (int i = 0; i < OVERFLOWS; i++) {
        try (Client reckless = new Client(server.address())) {
          reckless.ask(BEYOND_ANY_STACK);
          reckless.awaitAnswer(PATIENCE);
        } catch (IOException closedAsItMust) {
          failed++;
        }
        require(bystander, HARMLESS);
        answered++;
      }
      try (Client explorer = new Client(server.address())) {
        for (int i = 0; i < TIMES; i++) {
          require(explorer, 0);
          depth = Double.parseDouble(explorer.answer());
        }
      }
      return new Harm(failed, answered, true, depth);
    } catch (IOException | NumberFormatException e) {
      if (server.died()) {
        return new Harm(failed, answered, false, Double.NaN);
      }
      throw new ServerFailure(String.valueOf(e.getMessage()));
    }
  }

  private static void require(Client client, int n) throws IOException {
    client.ask(n);
    if (client.awaitAnswer(PATIENCE).isEmpty()) {
      throw new IOException("it does not answer within %d s".formatted(PATIENCE.toSeconds()));
    }
  }

  private Findings findings(
      Bench bench, List<Depth> depths, PlainCpython plain, Trials<Harm> trials) {
    List<Claim> claims =
        List.of(
            overflowCostsItself(trials),
            virtualAsDeepAsItsCarrier(depths),
            cpythonWithoutLimitDies(trials));
    Chapter.Builder chapter =
        Chapter.builder(id(), "Recursion, and the end of the stack")
            .claim(
                "Deep recursion is what can use up a thread's stack: some 15,000 levels do it. "
                    + "Ordinary code never goes there, and the size of a thread's stack can be set.")
            .question(
                "How deep can a function call itself, and whom does a request hurt that goes deeper?")
            .prediction(
                "Depth grows with the stack size. A virtual thread gets as deep as the platform "
                    + "thread that carries it: while it runs its frames lie on that one's stack. On "
                    + "the JVM an overflow is an error in one thread, and the request that caused it "
                    + "is all that fails. CPython stops at a limit of its own, 1,000 levels; "
                    + "where that is raised, an overflow in C code ends the process.")
            .method(
                ("A method without arguments calls itself until the JVM throws "
                        + "StackOverflowError, %d times in a new thread with -Xbatch; the deepest counts, or with "
                        + "-Xint the only one. CPython calls itself by way of map(), which is "
                        + "C, with its limit raised, until it dies; plain calls of Python need no "
                        + "stack of the thread since 3.11. Then servers with a handler that "
                        + "recurses: %d clients ask for %,d levels, one after the other, while "
                        + "another client asks for %d in between. %s, fresh servers each time.")
                    .formatted(
                        TIMES,
                        OVERFLOWS,
                        BEYOND_ANY_STACK,
                        HARMLESS,
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .exhibit(new Figure(chart(bench, depths)))
            .exhibit(depthTable(depths, plain))
            .exhibit(harmTable(trials))
            .cost(
                "A virtual thread's stack cannot be set on its own: -Xss sets it for all, "
                    + "carriers and platform threads alike.");
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
        chapter.build(),
        json(depths, plain, trials),
        claims,
        summary(depths, plain, trials),
        List.of(),
        null);
  }

  private static LineChart chart(Bench bench, List<Depth> depths) {
    List<Series> lines = new ArrayList<>();
    for (String kind : List.of(INTERPRETED, COMPILED, VIRTUAL, THROUGH_C)) {
      List<Point> points =
          depths.stream()
              .filter(depth -> depth.kind.equals(kind) && !Double.isNaN(depth.levels))
              .map(depth -> Point.of(depth.stackBytes, depth.levels))
              .toList();
      if (!points.isEmpty()) {
        lines.add(new Series(kind, points));
      }
    }
    return new LineChart(
            "Depth of recursion against stack size",
            "For each kind of thread, how many levels deep a function can call itself.",
            Axis.log("stack size", Unit.BYTES),
            Axis.log("levels", Unit.NONE),
            lines,
            bench.origin())
        .withReferences(List.of(new Reference(Article.RECURSION_DEPTH, "the article, CPython")));
  }

  private static Table depthTable(List<Depth> depths, PlainCpython plain) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Depth depth : depths) {
      rows.add(
          List.of(
              Cell.text(depth.kind),
              Cell.number(depth.stackBytes, Unit.BYTES),
              levels(depth.levels)));
    }
    rows.add(List.of(Cell.text("CPython, plain calls"), Cell.text("any"), levels(plain.levels)));
    rows.add(
        List.of(
            Cell.text("CPython, plain calls, limit %,d".formatted(PLAIN_LIMIT)),
            Cell.text("any"),
            levels(plain.raisedLevels)));
    rows.add(
        List.of(
            Cell.text("the article, CPython"),
            Cell.number(8 << 20, Unit.BYTES),
            Cell.count(Math.round(Article.RECURSION_DEPTH))));
    return new Table(
        "Levels of recursion",
        "For virtual threads the stack size is what -Xss says.",
        List.of(
            Table.Column.text("thread"),
            Table.Column.number("stack size"),
            Table.Column.number("levels")),
        rows);
  }

  private static Cell levels(double levels) {
    return Double.isNaN(levels) ? Cell.missing("not measured") : Cell.count(Math.round(levels));
  }

  private static Table harmTable(Trials<Harm> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("model"),
            Table.Column.number("requests that overflowed"),
            Table.Column.number("answers to others meanwhile"),
            Table.Column.text("server"),
            Table.Column.number("levels in a handler"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Harm> row : trials.rows()) {
      rows.add(
          row.measured()
              ? List.of(
                  Cell.name(row.variant().name()),
                  Cell.count(row.rounds().stream().mapToInt(Harm::failed).sum()),
                  Cell.count(row.rounds().stream().mapToInt(Harm::answered).sum()),
                  Cell.text(survived(row) ? "lives on" : "died"),
                  row.spread(Harm::levels).cell(Unit.NONE, "unknown"))
              : row.missingCells(columns.size()));
    }
    return new Table("Requests that recurse without end", "Sums over the rounds.", columns, rows);
  }

  private static boolean survived(Trials.Row<Harm> row) {
    return row.rounds().stream().allMatch(Harm::survived);
  }

  private static Claim overflowCostsItself(Trials<Harm> trials) {
    Rule rule =
        new Rule(
            "overflowCostsItself",
            "a request that overflows the stack costs nobody but itself",
            "under each of our models all of them failed and every other request was answered",
            Double.NaN,
            Wording::number);
    List<Trials.Row<Harm>> ours =
        trials.rows().stream()
            .filter(row -> row.variant().kind() == Variant.Kind.OURS && row.measured())
            .toList();
    if (ours.isEmpty()) {
      return rule.unknown("None of our models could be measured.");
    }
    int asked = ours.stream().mapToInt(row -> row.rounds().size()).sum() * OVERFLOWS;
    int failed = ours.stream().flatMap(row -> row.rounds().stream()).mapToInt(Harm::failed).sum();
    int answered =
        ours.stream().flatMap(row -> row.rounds().stream()).mapToInt(Harm::answered).sum();
    boolean alive = ours.stream().allMatch(RecursionExperiment::survived);
    return rule.decided(
        Double.NaN,
        alive && failed == asked && answered == asked,
        "Under %s %d of %d requests without end failed, and %d of %d others were answered."
            .formatted(
                String.join(", ", ours.stream().map(row -> row.variant().name()).toList()),
                failed,
                asked,
                answered,
                asked));
  }

  private static Claim virtualAsDeepAsItsCarrier(List<Depth> depths) {
    Rule rule =
        new Rule(
            "virtualAsDeepAsItsCarrier",
            "a virtual thread gets as deep as a platform thread with its carrier's stack",
            "with 1 MiB it reaches at least %s of the levels".formatted(Wording.percent(AS_DEEP)),
            Article.RECURSION_DEPTH,
            Wording::number);
    Optional<Depth> platform = depth(depths, COMPILED);
    Optional<Depth> virtual = depth(depths, VIRTUAL);
    if (platform.isEmpty() || virtual.isEmpty()) {
      return rule.unknown("Threads of Java could not be measured.");
    }
    return rule.decided(
        virtual.get().levels,
        virtual.get().levels >= AS_DEEP * platform.get().levels,
        "With a stack of 1 MiB a platform thread reaches %s levels, a virtual thread %s."
            .formatted(
                Wording.number(platform.get().levels), Wording.number(virtual.get().levels)));
  }

  private static Claim cpythonWithoutLimitDies(Trials<Harm> trials) {
    Rule rule =
        new Rule(
            "cpythonWithoutLimitDies",
            "where CPython's limit is raised, one overflow in C code ends the server",
            "the server died in every round, and with CPython's own limit in none",
            Double.NaN,
            Wording::number);
    Optional<Trials.Row<Harm>> limited = trials.row(Variant.CPYTHON_THREADS);
    Optional<Trials.Row<Harm>> raised = trials.row(RAISED);
    if (limited.isEmpty()
        || raised.isEmpty()
        || !limited.get().measured()
        || !raised.get().measured()) {
      return rule.unknown("CPython could not be measured.");
    }
    boolean died = raised.get().rounds().stream().noneMatch(Harm::survived);
    return rule.decided(
        Double.NaN,
        died && survived(limited.get()),
        "CPython %s with its own limit, and %s without."
            .formatted(
                survived(limited.get()) ? "lived on" : "died", died ? "died" : "did not die"));
  }

  private static Optional<Depth> depth(List<Depth> depths, String kind) {
    return depths.stream()
        .filter(depth -> depth.kind.equals(kind) && depth.stackBytes == 1 << 20)
        .filter(depth -> !Double.isNaN(depth.levels))
        .findFirst();
  }

  private static List<Findings.SummaryLine> summary(
      List<Depth> depths, PlainCpython plain, Trials<Harm> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    lines.add(
        new Findings.SummaryLine(
            "CPython, plain calls: levels",
            "nearly " + Wording.number(Article.RECURSION_DEPTH),
            "%s; with the limit at %,d: %s"
                .formatted(
                    Wording.number(plain.levels),
                    PLAIN_LIMIT,
                    Wording.number(plain.raisedLevels))));
    for (Depth depth : depths) {
      lines.add(
          new Findings.SummaryLine(
              "%s: levels with %s".formatted(depth.kind, Wording.bytes(depth.stackBytes)),
              "",
              Wording.number(depth.levels)));
    }
    for (Trials.Row<Harm> row : trials.rows()) {
      lines.add(
          new Findings.SummaryLine(
              row.variant().name() + ": after %d overflows".formatted(OVERFLOWS),
              "",
              row.measured() ? survived(row) ? "serves on" : "died" : row.whyMissing()));
    }
    return lines;
  }

  private static Object json(List<Depth> depths, PlainCpython plain, Trials<Harm> trials) {
    return new Results(
        depths,
        plain,
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    row.failure(),
                    row.spread(Harm::levels),
                    List.copyOf(row.rounds())))
            .toList());
  }

  /** How many levels one kind of thread reached with a stack of this size; NaN if unknown. */
  record Depth(String kind, int stackBytes, double levels) {}

  /** How many levels plain calls reached under CPython's own limit, and under a raised one. */
  record PlainCpython(double levels, double raisedLevels) {}

  /**
   * What requests without end did to a server.
   *
   * @param failed how many of them were ended by the server
   * @param answered how many other requests were answered meanwhile
   * @param survived whether the server lived on
   * @param levels how deep a handler can recurse; NaN if unknown
   */
  record Harm(int failed, int answered, boolean survived, double levels) {}

  record VariantResults(
      String variant, @Nullable String failure, Spread levels, List<Harm> rounds) {}

  record Results(List<Depth> depths, PlainCpython plainCpython, List<VariantResults> variants) {}
}
