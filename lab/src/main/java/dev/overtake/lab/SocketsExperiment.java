// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.IdleFleet;
import dev.overtake.report.Axis;
import dev.overtake.report.BarChart;
import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Figure;
import dev.overtake.report.Note;
import dev.overtake.report.Table;
import dev.overtake.report.Unit;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How many connections a server holds, what each costs, and how fast it finds one that speaks. */
final class SocketsExperiment implements Experiment {
  private static final Duration OVERHEAD_QUICK = Duration.ofMillis(3_300);
  private static final Duration OVERHEAD_FULL = Duration.ofSeconds(6);
  private static final Duration WARMUP = Duration.ofMillis(300);
  private static final Duration PINGS = Duration.ofMillis(800);
  private static final int CONNECTS_PER_SECOND = 4_000;
  private static final int MANY_QUICK = 5_000;
  /* A thread each: more would take long to start, and most systems allow some 30,000 in all. */
  private static final int MANY_THREADS_QUICK = 1_000;
  private static final int MANY_THREADS = 4_000;
  private static final int PROCESSES = 2;
  /* What a server or a generator needs for other things than these connections. */
  private static final int OTHER_FILES = 300;
  /* They come faster than a server accepts that has just been started. */
  private static final List<String> BACKLOG = List.of("--backlog", "4096");
  private static final int SHORT_REQUEST = 1;
  private static final double QUICK_ENOUGH_SECONDS = 0.1;
  private static final Pattern FILES = Pattern.compile("Max open files +(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern HOLDING = Pattern.compile("holding (\\d+)");

  @Override
  public String id() {
    return "sockets";
  }

  @Override
  public String summary() {
    return "connections held up to the limit of files, memory each, latency among them";
  }

  /** The others hold as many connections as they have threads, however many connect. */
  @Override
  public boolean concerns(Variant variant) {
    return !variant.model().equals("sequential") && !variant.model().startsWith("pool");
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    Step step = new Step(effort == Effort.QUICK ? OVERHEAD_QUICK : OVERHEAD_FULL, PINGS);
    List<Step> steps = new ArrayList<>(Collections.nCopies(effort.rounds() * variants, step));
    // The processes together; that there are none if overtake is left out costs the plan little.
    steps.addAll(
        Collections.nCopies(effort.rounds(), new Step(OVERHEAD_FULL.multipliedBy(2), PINGS)));
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    int files = filesPerProcess();
    Trials<Held> trials =
        bench.interleave(
            "connections",
            bench.placement(),
            bench.variants(),
            variant -> with(variant, BACKLOG),
            (variant, server, _) -> hold(bench, server, wanted(bench.effort(), files, variant), 0));
    Trials<Held> together =
        bench.interleave(
            "connections beyond one process",
            bench.placement(),
            bench.variants().stream()
                .filter(variant -> variant.name().equals("overtake"))
                .map(SocketsExperiment::preforked)
                .toList(),
            SocketsExperiment::severalProcesses,
            (_, server, _) ->
                hold(bench, server, Article.SOCKETS / PROCESSES, Article.SOCKETS / PROCESSES));
    return findings(bench, files, trials, together);
  }

  private static Variant preforked(Variant variant) {
    return new Variant(
        "%s × %d".formatted(variant.name(), PROCESSES),
        variant.command(),
        variant.model(),
        variant.kind());
  }

  private static List<String> severalProcesses(Variant variant) {
    return with(
        variant,
        List.of("--processes", String.valueOf(PROCESSES), BACKLOG.getFirst(), BACKLOG.getLast()));
  }

  private static List<String> with(Variant variant, List<String> options) {
    return Stream.concat(variant.serve("fib").stream(), options.stream()).toList();
  }

  /** As many as a process may open, but no more than the article's. */
  private static int wanted(Effort effort, int files, Variant variant) {
    int most = mostOfOneProcess(files);
    if (variant.model().equals("threads") || variant.model().startsWith("gil")) {
      return Math.min(most, effort == Effort.QUICK ? MANY_THREADS_QUICK : MANY_THREADS);
    }
    return effort == Effort.QUICK ? Math.min(most, MANY_QUICK) : most;
  }

  private static int mostOfOneProcess(int files) {
    return Math.clamp(files - OTHER_FILES, 1, Article.SOCKETS);
  }

  /** The limit of this process, which those that it starts inherit. */
  private static int filesPerProcess() {
    try {
      Matcher files = FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
      return files.find() ? Math.clamp(Long.parseLong(files.group(1)), 1, 1_000_000) : 1_000_000;
    } catch (IOException noProcFileSystem) {
      return 1_000_000;
    }
  }

  private static Held hold(Bench bench, ServerProcess server, int here, int elsewhere)
      throws ServerFailure, InterruptedException {
    try {
      try (IdleFleet first = open(server, 1)) {
        first.ping(SHORT_REQUEST, 1, WARMUP);
      }
      long before = residentBytes(server.pid());
      try (Elsewhere others = Elsewhere.start(server, elsewhere)) {
        // One after the other: both share a core, and the server's backlog.
        int heldThere = others.awaitHolding();
        return hold(bench, server, here, elsewhere, heldThere, before);
      }
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    }
  }

  private static Held hold(
      Bench bench, ServerProcess server, int here, int elsewhere, int heldThere, long before)
      throws IOException, ServerFailure, InterruptedException {
    try (IdleFleet fleet = open(server, here)) {
      int held = fleet.opening().connected() + heldThere;
      IdleFleet.Pings pings = fleet.ping(SHORT_REQUEST, here, bench.paced(PINGS));
      if (pings.answered() == 0) {
        throw new ServerFailure(
            "it answers none of %s".formatted(Wording.count(held, "connection")));
      }
      long with = residentBytes(server.pid());
      return new Held(
          here + elsewhere,
          held,
          fleet.opening().limit(),
          fleet.opening().connectsPerSecond(),
          before == 0 ? Double.NaN : (double) (with - before) / held,
          pings.latency().p50Micros() / 1e6,
          pings.latency().p99Micros() / 1e6,
          pings.answered(),
          pings.failures().total());
    }
  }

  private static IdleFleet open(ServerProcess server, int connections)
      throws IOException, InterruptedException {
    return IdleFleet.open(new IdleFleet.Options(server.target(), connections, CONNECTS_PER_SECOND));
  }

  /** Physical memory of a process and all that it has started; 0 where the system does not tell. */
  private static long residentBytes(long pid) {
    return Stream.concat(
            Stream.of(pid),
            ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid))
        .mapToLong(SocketsExperiment::residentBytesAlone)
        .sum();
  }

  private static long residentBytesAlone(long pid) {
    try {
      Matcher resident =
          RESIDENT.matcher(Files.readString(Path.of("/proc", String.valueOf(pid), "status")));
      return resident.find() ? Long.parseLong(resident.group(1)) * 1024 : 0;
    } catch (IOException goneOrNoProcFileSystem) {
      return 0;
    }
  }

  private Findings findings(Bench bench, int files, Trials<Held> trials, Trials<Held> together) {
    List<Trials.Row<Held>> rows =
        Stream.concat(trials.rows().stream(), together.rows().stream()).toList();
    List<Claim> claims = claims(trials, together);
    Chapter.Builder chapter =
        Chapter.builder(id(), "Tens of thousands of connections")
            .claim(
                "A thread for each connection is no way to hold 30,000 of them, as a server of "
                    + "WebSockets may have to: systems limit threads, and each has its price.")
            .question(
                "How many connections does each model hold, what does each of them cost, and how "
                    + "long does one wait for its answer among the others?")
            .prediction(
                "Those without a thread of the system's for each hold as many as a process may "
                    + "have files, and answer as fast as with one. Two processes hold 30,000.")
            .method(
                ("Connections are opened at up to %,d a second and held; then one after the other "
                        + "asks for fib(1), for %s. Memory is what the server's processes have "
                        + "become larger by. A model with a thread for each connection is asked "
                        + "for %,d only. %s, fresh servers each time.")
                    .formatted(
                        CONNECTS_PER_SECOND,
                        Wording.seconds(bench.paced(PINGS)),
                        bench.effort() == Effort.QUICK ? MANY_THREADS_QUICK : MANY_THREADS,
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .note(
                Note.plain(
                    ("A process here may open %,d files, and each connection is one on either side. "
                            + "More: ulimit -n NUMBER in the shell that starts server and lab, up to "
                            + "what ulimit -Hn says.")
                        .formatted(files)))
            .exhibit(new Figure(chart(bench, rows)))
            .exhibit(table(files, rows));
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(chapter.build(), json(files, rows), claims, summary(rows), List.of(), null);
  }

  private static BarChart chart(Bench bench, List<Trials.Row<Held>> rows) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Held> row : rows) {
      String name = row.variant().name();
      Spread latency = row.spread(Held::p99Seconds);
      groups.add(
          latency.measured()
              ? BarChart.Group.of(
                  "%s, %,d".formatted(name, (long) row.spread(Held::held).median()),
                  latency.min(),
                  latency.median(),
                  latency.max())
              : new BarChart.Group(name, List.of(BarChart.Bar.missing(name, row.whyMissing()))));
    }
    return new BarChart(
        "Latency of the one that speaks, p99",
        "For each model and the connections that it held, the time to a short answer over one of "
            + "them.",
        Axis.log("time to the answer, p99", Unit.SECONDS),
        groups,
        bench.origin());
  }

  private static Table table(int files, List<Trials.Row<Held>> rows) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("model"),
            Table.Column.number("asked for"),
            Table.Column.number("held"),
            Table.Column.number("opened"),
            Table.Column.number("memory each"),
            Table.Column.number("p50"),
            Table.Column.number("p99"),
            Table.Column.text("limit"));
    List<List<Cell>> cells = new ArrayList<>();
    for (Trials.Row<Held> row : rows) {
      if (!row.measured()) {
        cells.add(row.missingCells(columns.size()));
        continue;
      }
      cells.add(
          List.of(
              Cell.name(row.variant().name()),
              Cell.count(row.rounds().getFirst().wanted()),
              Cell.count((long) row.spread(Held::held).median()),
              row.spread(Held::connectsPerSecond).cell(Unit.of("/s"), "unknown"),
              row.spread(Held::residentBytesEach).cell(Unit.BYTES, "unknown"),
              row.spread(Held::p50Seconds).cell(Unit.SECONDS, "too few samples"),
              row.spread(Held::p99Seconds).cell(Unit.SECONDS, "too few samples"),
              Cell.text(limitInWords(files, row))));
    }
    return new Table(
        "Connections held",
        "Median and range over the rounds; held is the median.",
        columns,
        cells);
  }

  private static String limitInWords(int files, Trials.Row<Held> row) {
    return row.rounds().stream()
        .flatMap(round -> Optional.ofNullable(round.limit()).stream())
        .findFirst()
        .orElseGet(() ->
            row.rounds().getFirst().wanted() == files - OTHER_FILES
                ? "files a process may open (ulimit -n)"
                : "not reached");
  }

  /** The rules; the figures decide. */
  static List<Claim> claims(Trials<Held> trials, Trials<Held> together) {
    List<Claim> claims = new ArrayList<>();
    for (Trials.Row<Held> row : trials.rows()) {
      if (row.variant().name().equals("overtake") || row.variant().name().equals("virtual")) {
        claims.add(
            judge(
                row,
                new Rule(
                    row.variant().name() + "HoldsAll",
                    "without a thread of the system's each, connections are limited by files",
                    "98 % of those asked for are held",
                    Double.NaN,
                    Wording::percent),
                held -> (double) held.held() / held.wanted(),
                value -> value >= 0.98,
                "%s of those asked for"));
      }
    }
    for (Trials.Row<Held> row : together.rows()) {
      claims.add(
          judge(
              row,
              new Rule(
                  "processesHoldTheArticles",
                  "several processes on one port hold what one may not",
                  "%,d connections are held".formatted(Article.SOCKETS),
                  Article.SOCKETS,
                  Wording::number),
              Held::held,
              value -> value >= Article.SOCKETS,
              "%s connections held"));
      claims.add(
          judge(
              row,
              new Rule(
                  "processesAnswerAmongThem",
                  "who speaks among so many is answered at once",
                  "p99 is below " + Wording.seconds(QUICK_ENOUGH_SECONDS),
                  Double.NaN,
                  Wording::seconds),
              Held::p99Seconds,
              value -> value < QUICK_ENOUGH_SECONDS,
              "a p99 of %s"));
    }
    return claims;
  }

  private static Claim judge(
      Trials.Row<Held> row,
      Rule rule,
      ToDoubleFunction<Held> figure,
      DoublePredicate holds,
      String words) {
    String name = row.variant().title();
    Spread measured = row.spread(figure);
    return measured.measured()
        ? rule.decided(
            measured,
            holds,
            "%s: %s".formatted(name, words.formatted(measured.show(rule.inWords()))))
        : rule.unknown("%s could not be measured: %s.".formatted(name, row.whyMissing()));
  }

  private static List<Findings.SummaryLine> summary(List<Trials.Row<Held>> rows) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (Trials.Row<Held> row : rows) {
      String name = row.variant().name();
      if (!row.measured()) {
        lines.add(new Findings.SummaryLine(name, "", row.whyMissing()));
        continue;
      }
      lines.add(
          new Findings.SummaryLine(
              name + ": connections held",
              row.rounds().getFirst().wanted() == Article.SOCKETS ? "impractical with threads" : "",
              row.spread(Held::held).show(Wording::number)));
      lines.add(
          new Findings.SummaryLine(
              name + ": p99 among them", "", row.spread(Held::p99Seconds).show(Wording::seconds)));
    }
    return lines;
  }

  private static Object json(int files, List<Trials.Row<Held>> rows) {
    return new Results(
        files,
        rows.stream()
            .map(row ->
                new VariantResults(row.variant().name(), row.failure(), List.copyOf(row.rounds())))
            .toList());
  }

  /**
   * What one round of one variant showed.
   *
   * @param wanted how many connections were asked for
   * @param held how many were open
   * @param limit why the generator could open no more; null if it could
   * @param connectsPerSecond how fast they were opened
   * @param residentBytesEach by how much the server's processes grew, for each; NaN if unknown
   * @param p50Seconds to the answer of the one that spoke
   * @param p99Seconds likewise
   * @param answered how many answers there were
   * @param failures connections that failed or broke
   */
  record Held(
      int wanted,
      int held,
      @Nullable String limit,
      double connectsPerSecond,
      double residentBytesEach,
      double p50Seconds,
      double p99Seconds,
      long answered,
      long failures) {}

  record VariantResults(String variant, @Nullable String failure, List<Held> rounds) {}

  record Results(int filesPerProcess, List<VariantResults> variants) {}

  /** Connections that another process holds, from an address of its own; perhaps none. */
  private static final class Elsewhere implements AutoCloseable {
    private static final String SOURCE = "127.0.0.2";

    /* Below the ports that the system hands out, all of which are left to the other generator. */
    private static final int FIRST_PORT = 12_000;

    private final @Nullable Process process;

    private Elsewhere(@Nullable Process process) {
      this.process = process;
    }

    static Elsewhere start(ServerProcess server, int connections) throws IOException {
      if (connections == 0) {
        return new Elsewhere(null);
      }
      List<String> words = new ArrayList<>();
      words.add(Samples.jdkTool("java"));
      words.addAll(List.of("-XX:+UseSerialGC", "-p", System.getProperty("jdk.module.path", "")));
      words.addAll(List.of("-m", "dev.overtake.lab/" + FleetProgram.class.getName()));
      words.addAll(
          List.of(
              server.target().host(),
              String.valueOf(server.target().port()),
              String.valueOf(connections),
              String.valueOf(CONNECTS_PER_SECOND),
              SOURCE,
              String.valueOf(FIRST_PORT)));
      // It ends with its standard input, and so with this process at the latest.
      return new Elsewhere(
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    /** Waits until they are open; returns how many there are. */
    int awaitHolding() throws IOException, ServerFailure {
      if (process == null) {
        return 0;
      }
      BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
      String line = lines.readLine();
      Matcher holding = HOLDING.matcher(String.valueOf(line));
      if (!holding.matches()) {
        throw new ServerFailure("the second generator could not open its connections");
      }
      return Integer.parseInt(holding.group(1));
    }

    @Override
    public void close() throws IOException {
      if (process == null) {
        return;
      }
      process.getOutputStream().close();
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
