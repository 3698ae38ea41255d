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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a thread costs, and what a connection costs under each model. */
final class MemoryExperiment implements Experiment {
  private static final Duration SAMPLE = Duration.ofMillis(1_200);
  private static final Duration LARGE_SAMPLE = Duration.ofMillis(3_500);
  private static final Duration VISIT = Duration.ofMillis(2_800);
  private static final Duration LARGE_VISIT = Duration.ofMillis(6_500);
  private static final Duration WARMUP = Duration.ofMillis(300);
  private static final int CONNECTS_PER_SECOND = 8_000;
  private static final int PINGS_PER_SECOND = 5_000;
  private static final long PROGRAM_SECONDS = 30;
  private static final int FEW = 1_000;
  private static final int MANY = 10_000;
  private static final double MUCH_MORE = 10;
  private static final String SYSTEMS_OWN = "0";

  /* A heap that is all there from the beginning: what becomes resident is not heap, and what is
   * in the heap the histogram counts. */
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  @Override
  public String id() {
    return "memory";
  }

  @Override
  public String summary() {
    return "memory reserved and used for a thread, and for a connection under each model";
  }

  /** The others hold as many connections as they have threads, however many connect. */
  @Override
  public boolean concerns(Variant variant) {
    return !variant.model().equals("sequential") && !variant.model().startsWith("pool");
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    boolean quick = effort == Effort.QUICK;
    List<Step> steps = new ArrayList<>();
    steps.addAll(
        Collections.nCopies(
            kinds(effort, "python3").size(),
            new Step(quick ? SAMPLE : LARGE_SAMPLE, Duration.ZERO)));
    steps.addAll(
        Collections.nCopies(
            effort.rounds() * variants, new Step(quick ? VISIT : LARGE_VISIT, Duration.ZERO)));
    return steps;
  }

  @Override
  public Findings run(Bench bench) throws IOException, InterruptedException {
    List<ThreadCost> threads = new ArrayList<>();
    for (Kind kind : kinds(bench.effort(), bench.python())) {
      bench.begin("threads that wait: " + kind.name);
      threads.addAll(sample(bench, kind));
    }
    Trials<Held> trials =
        bench.interleave(
            "connections that wait",
            bench.placement(),
            bench.variants(),
            variant -> variant.serve("fib", JVM_OPTIONS),
            (variant, server, round) -> hold(bench, variant, server, round));
    return findings(bench, threads, trials);
  }

  private static List<Integer> counts(Effort effort) {
    return effort == Effort.QUICK ? List.of(FEW) : List.of(FEW, MANY);
  }

  private static List<Kind> kinds(Effort effort, @Nullable String python) {
    List<Kind> kinds = new ArrayList<>();
    kinds.add(Kind.java("platform, 256 KiB stack", Integer.toString(256 << 10)));
    kinds.add(Kind.java("platform, 1 MiB stack", Integer.toString(1 << 20)));
    if (effort == Effort.FULL) {
      kinds.add(Kind.java("platform, 8 MiB stack", Integer.toString(8 << 20)));
    }
    kinds.add(Kind.java("virtual", "virtual"));
    if (python != null) {
      kinds.add(new Kind("CPython, 256 KiB stack", Variant.Kind.CPYTHON, "" + (256 << 10)));
      kinds.add(new Kind(Kind.CPYTHON_DEFAULT, Variant.Kind.CPYTHON, SYSTEMS_OWN));
    }
    return kinds;
  }

  /** An entry for each number of threads. */
  private static List<ThreadCost> sample(Bench bench, Kind kind) throws IOException {
    List<String> counts = counts(bench.effort()).stream().map(String::valueOf).toList();
    List<long[]> process;
    List<long[]> objects;
    if (kind.whose == Variant.Kind.OURS) {
      process =
          lines(
              Samples.inOneArena(
                  Samples.java(
                      ThreadSample.class,
                      JVM_OPTIONS,
                      Stream.concat(Stream.of(kind.argument), counts.stream()).toList())));
      objects = process;
    } else {
      process = lines(python(bench, kind, "process", counts));
      objects = lines(python(bench, kind, "objects", counts));
    }
    List<ThreadCost> costs = new ArrayList<>();
    for (int i = 1; i <= counts.size(); i++) {
      int threads = Integer.parseInt(counts.get(i - 1));
      if (i >= process.size() || i >= objects.size()) {
        costs.add(ThreadCost.missing(kind.name, threads));
      } else {
        long[] without = process.getFirst();
        long[] with = process.get(i);
        costs.add(
            new ThreadCost(
                kind.name,
                threads,
                (double) (with[1] - without[1]) / threads,
                (double) (with[2] - without[2]) / threads,
                (double) (objects.get(i)[3] - objects.getFirst()[3]) / threads));
      }
    }
    return costs;
  }

  private static List<String> python(Bench bench, Kind kind, String what, List<String> counts)
      throws IOException {
    List<String> words = new ArrayList<>(List.of(String.valueOf(bench.python())));
    words.add(Resources.copy("thread_sample.py", bench.directory().path()).toString());
    words.add(kind.argument);
    words.add(what);
    words.addAll(counts);
    return Samples.inOneArena(words);
  }

  /** What a sample prints: four numbers a line. Empty if it could not hold as many threads. */
  private static List<long[]> lines(List<String> command) {
    return Programs.run(PROGRAM_SECONDS, command.toArray(String[]::new)).stream()
        .flatMap(String::lines)
        .map(line -> Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray())
        .toList();
  }

  private static Held hold(Bench bench, Variant variant, ServerProcess server, int round)
      throws ServerFailure, InterruptedException {
    List<Cost> costs = new ArrayList<>();
    List<IdleFleet> fleets = new ArrayList<>();
    try {
      try (IdleFleet first = open(server, 1)) {
        first.ping(1, 1, WARMUP);
      }
      Reading without = read(bench, variant, server, "without-round" + round);
      int held = 0;
      for (int wanted : counts(bench.effort())) {
        int more = wanted - held;
        IdleFleet fleet = open(server, more);
        fleets.add(fleet);
        // A server has accepted all that have spoken to it, and each has run its handler.
        long answered = 0;
        for (int tries = 0; answered < more && tries < 3; tries++) {
          answered +=
              fleet
                  .ping(1, more, Duration.ofMillis(1_000L * more / PINGS_PER_SECOND + 100))
                  .answered();
        }
        held = fleets.stream().mapToInt(f -> f.opening().connected()).sum();
        if (answered < more) {
          throw new ServerFailure("it answered %d of %d connections".formatted(answered, more));
        }
        Reading with = read(bench, variant, server, "%d-round%d".formatted(wanted, round));
        costs.add(
            new Cost(
                held,
                (double) (with.memory.reservedBytes() - without.memory.reservedBytes()) / held,
                (double) (with.memory.residentBytes() - without.memory.residentBytes()) / held,
                (with.liveBytes - without.liveBytes) / held));
      }
      return new Held(costs);
    } catch (IOException e) {
      throw new ServerFailure(ServerFailure.reason(e));
    } finally {
      fleets.forEach(MemoryExperiment::close);
    }
  }

  private static IdleFleet open(ServerProcess server, int connections)
      throws IOException, InterruptedException {
    return IdleFleet.open(new IdleFleet.Options(server.target(), connections, CONNECTS_PER_SECOND));
  }

  private static void close(IdleFleet fleet) {
    try {
      fleet.close();
    } catch (IOException alreadyBroken) {
      return; // it has no connection any more, which is what was wanted
    }
  }

  /** The histogram first: it collects the garbage. CPython has no heap to ask for. */
  private static Reading read(Bench bench, Variant variant, ServerProcess server, String when)
      throws IOException, InterruptedException {
    double live = 0;
    if (variant.kind() == Variant.Kind.OURS) {
      Path file =
          bench
              .directory()
              .raw("heap", "%s-%s.txt".formatted(variant.name().replaceAll("\\W+", "-"), when));
      Process jcmd =
          new ProcessBuilder(
                  Samples.jdkTool("jcmd"), Long.toString(server.pid()), "GC.class_histogram")
              .redirectErrorStream(true)
              .redirectOutput(file.toFile())
              .start();
      if (!jcmd.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)) {
        jcmd.destroyForcibly();
        throw new IOException("jcmd gave no class histogram in time");
      }
      try {
        live = ProcessMemory.liveBytes(Files.readString(file));
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    return new Reading(ProcessMemory.of(server.pid()), live);
  }

  private Findings findings(Bench bench, List<ThreadCost> threads, Trials<Held> trials) {
    List<Claim> claims =
        List.of(
            reservedIsNotResident(threads),
            virtualThreadsAreSmall(threads),
            connectionIsSmall(bench, trials));
    int most = counts(bench.effort()).getLast();
    Chapter.Builder chapter =
        Chapter.builder(id(), "The memory of threads and connections")
            .claim(
                "A thousand threads seem to take more than 8 GB, 8 MB of stack each. But that is "
                    + "address space: physical memory is given page by page as it is touched, and "
                    + "CPython's own structure for a thread has less than 200 bytes.")
            .question("What does a waiting thread cost, and what a waiting connection?")
            .prediction(
                "Address space follows the stack size. Resident memory does not: some ten "
                    + "kilobytes for a thread of CPython, several times that for one of Java, whose "
                    + "virtual machine keeps more about each. A virtual thread is an object of some "
                    + "hundred bytes and reserves nothing. Connections cost what their "
                    + "threads cost.")
            .method(
                ("Threads: a process of its own starts %s threads that wait, and reads its "
                        + "VmSize and VmRSS before and after (with one malloc arena, so that what is "
                        + "reserved is stacks). Connections: a server is sent %s "
                        + "connections that each had one answer and then say nothing; its VmSize and "
                        + "VmRSS with them, less those without. Live objects are what a "
                        + "class histogram finds after a collection, in CPython what tracemalloc "
                        + "counts (for threads only). The JVMs have a heap of 256 MiB that is "
                        + "resident from the start, so that the two do not overlap and can be added. "
                        + "Memory of the kernel, for threads and sockets, is not in these figures. "
                        + "%s of connections, one of threads.")
                    .formatted(
                        inWords(bench),
                        inWords(bench),
                        Wording.count(bench.effort().rounds(), "round")))
            .command(bench.command())
            .note(Note.plain(bench.seating().describe(bench.placement())))
            .note(
                Note.plain(
                    "Left out are sequential and the pools: they serve as many connections as they "
                        + "have threads, and the others wait in the kernel."))
            .exhibit(new Figure(threadChart(bench, threads)))
            .exhibit(threadTable(threads))
            .exhibit(new Figure(connectionChart(bench, trials, most)))
            .exhibit(connectionTable(bench, trials))
            .cost(
                "A handler that keeps more on its stack while it waits costs more, most of all under "
                    + "the models with a platform thread for each connection: pages once touched "
                    + "stay resident.")
            .file("heap");
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
            chapter.build(),
            json(bench, threads, trials),
            claims,
            summary(bench, threads, trials),
            List.of(),
            null)
        .answering(answers(bench, trials));
  }

  private static String inWords(Bench bench) {
    return String.join(" and ", counts(bench.effort()).stream().map("%,d"::formatted).toList());
  }

  private static BarChart threadChart(Bench bench, List<ThreadCost> threads) {
    int most = threads.stream().mapToInt(ThreadCost::threads).max().orElse(FEW);
    List<BarChart.Group> groups = new ArrayList<>();
    for (ThreadCost cost : threads) {
      if (cost.threads == most) {
        groups.add(
            new BarChart.Group(
                cost.kind,
                List.of(
                    bar("reserved", cost.reservedBytesEach),
                    bar("resident", cost.residentBytesEach),
                    bar("live objects", cost.liveBytesEach))));
      }
    }
    return new BarChart(
        "A waiting thread, one of %,d".formatted(most),
        "For each kind of thread, the bytes of address space, of physical memory and of objects.",
        Axis.log("for each thread", Unit.BYTES),
        groups,
        bench.origin());
  }

  private static BarChart.Bar bar(String series, double bytes) {
    // On a machine that is not quiet a difference may come out below nothing.
    return Double.isNaN(bytes)
        ? BarChart.Bar.missing(series, "not measured")
        : BarChart.Bar.of(series, Math.max(0, bytes));
  }

  private static Table threadTable(List<ThreadCost> threads) {
    List<List<Cell>> rows = new ArrayList<>();
    for (ThreadCost cost : threads) {
      rows.add(
          List.of(
              Cell.text(cost.kind),
              Cell.count(cost.threads),
              bytes(cost.reservedBytesEach),
              bytes(cost.residentBytesEach),
              bytes(cost.liveBytesEach),
              bytes(cost.reservedBytesEach * cost.threads)));
    }
    rows.add(
        List.of(
            Cell.text("the article, 8 MB stack"),
            Cell.count(FEW),
            Cell.number(Article.MEMORY_RESERVED_BYTES / FEW, Unit.BYTES),
            Cell.text(Article.MEMORY_RESIDENT),
            Cell.text("< 200 B"),
            Cell.text(Article.MEMORY_RESERVED)));
    return new Table(
        "Memory for each waiting thread",
        "",
        List.of(
            Table.Column.text("thread"),
            Table.Column.number("threads"),
            Table.Column.number("reserved"),
            Table.Column.number("resident"),
            Table.Column.number("live objects"),
            Table.Column.number("reserved, all")),
        rows);
  }

  private static Cell bytes(double bytes) {
    return Double.isNaN(bytes)
        ? Cell.missing("could not hold so many")
        : Cell.number(bytes, Unit.BYTES);
  }

  private static BarChart connectionChart(Bench bench, Trials<Held> trials, int connections) {
    List<BarChart.Group> groups = new ArrayList<>();
    for (Trials.Row<Held> row : trials.rows()) {
      String name = row.variant().name();
      Spread total = total(row, connections);
      groups.add(
          total.measured()
              ? BarChart.Group.of(name, total.min(), total.median(), total.max())
              : new BarChart.Group(name, List.of(BarChart.Bar.missing(name, row.whyMissing()))));
    }
    return new BarChart(
        "A waiting connection, one of %,d".formatted(connections),
        "For each model, the bytes of physical memory and of objects that a connection costs.",
        Axis.log("resident and live, for each connection", Unit.BYTES),
        groups,
        bench.origin());
  }

  private static Table connectionTable(Bench bench, Trials<Held> trials) {
    List<Table.Column> columns =
        List.of(
            Table.Column.text("model"),
            Table.Column.number("connections"),
            Table.Column.number("reserved"),
            Table.Column.number("resident outside of the heap"),
            Table.Column.number("live objects"),
            Table.Column.number("together"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Trials.Row<Held> row : trials.rows()) {
      if (!row.measured()) {
        rows.add(row.missingCells(columns.size()));
        continue;
      }
      for (int i = 0; i < counts(bench.effort()).size(); i++) {
        int count = i;
        boolean ours = row.variant().kind() == Variant.Kind.OURS;
        rows.add(
            List.of(
                Cell.name(row.variant().name()),
                Cell.count(row.rounds().getFirst().costs.get(count).connections),
                row.spread(held -> Math.max(0, held.costs.get(count).reservedBytesEach))
                    .cell(Unit.BYTES, "unknown"),
                row.spread(held -> Math.max(0, held.costs.get(count).residentBytesEach))
                    .cell(Unit.BYTES, "unknown"),
                ours
                    ? row.spread(held -> held.costs.get(count).liveBytesEach)
                        .cell(Unit.BYTES, "unknown")
                    : Cell.text("in resident"),
                row.spread(held -> held.costs.get(count).totalBytesEach())
                    .cell(Unit.BYTES, "unknown")));
      }
    }
    return new Table(
        "Memory for each waiting connection", "Median and range over the rounds.", columns, rows);
  }

  /** Resident and live bytes for each connection where there are so many. */
  private static Spread total(Trials.Row<Held> row, int connections) {
    return Spread.of(
        row.rounds().stream()
            .flatMap(held -> held.costs.stream())
            .filter(cost -> cost.connections == connections)
            .map(Cost::totalBytesEach)
            .toList());
  }

  private static Claim reservedIsNotResident(List<ThreadCost> threads) {
    Rule rule =
        new Rule(
            "reservedIsNotResident",
            "a thousand threads reserve gigabytes, of which little is resident",
            "1,000 threads of CPython with the system's own stack size reserve at least "
                + "%s what is resident".formatted(Wording.times(MUCH_MORE)),
            Article.MEMORY_RESERVED_BYTES,
            Wording::bytes);
    Optional<ThreadCost> found = cost(threads, Kind.CPYTHON_DEFAULT);
    if (found.isEmpty()) {
      return rule.unknown("CPython could not be measured.");
    }
    ThreadCost cost = found.get();
    return rule.decided(
        cost.reservedBytesEach * FEW,
        cost.reservedBytesEach >= MUCH_MORE * cost.residentBytesEach,
        "1,000 threads of CPython reserve %s and have %s resident; Python's own objects take %s each."
            .formatted(
                Wording.bytes(cost.reservedBytesEach * FEW),
                Wording.bytes(cost.residentBytesEach * FEW),
                Wording.bytes(cost.liveBytesEach)));
  }

  private static Claim virtualThreadsAreSmall(List<ThreadCost> threads) {
    Rule rule =
        new Rule(
            "virtualThreadsAreSmall",
            "a virtual thread needs a small part of a platform thread's memory",
            "1,000 platform threads hold at least %s the memory of 1,000 virtual ones"
                .formatted(Wording.times(MUCH_MORE)),
            Double.NaN,
            Wording::times);
    Optional<ThreadCost> platform = cost(threads, "platform, 1 MiB stack");
    Optional<ThreadCost> virtual = cost(threads, "virtual");
    if (platform.isEmpty() || virtual.isEmpty()) {
      return rule.unknown("Threads of Java could not be measured.");
    }
    double ratio = platform.get().totalBytesEach() / virtual.get().totalBytesEach();
    return rule.decided(
        ratio,
        ratio >= MUCH_MORE,
        "A platform thread holds %s, a virtual one %s."
            .formatted(
                Wording.bytes(platform.get().totalBytesEach()),
                Wording.bytes(virtual.get().totalBytesEach())));
  }

  private static Claim connectionIsSmall(Bench bench, Trials<Held> trials) {
    int connections = counts(bench.effort()).getLast();
    Rule rule =
        new Rule(
            "overtakeConnectionIsSmall",
            "a waiting connection under overtake needs a small part of what one with a thread needs",
            "under threads it holds at least %s as much".formatted(Wording.times(MUCH_MORE)),
            Double.NaN,
            Wording::times);
    Spread threads = trials.row("threads").map(row -> total(row, connections)).orElse(Spread.NONE);
    Spread overtake =
        trials.row("overtake").map(row -> total(row, connections)).orElse(Spread.NONE);
    if (!threads.measured() || !overtake.measured()) {
      return rule.unknown("Not both of threads and overtake held %,d.".formatted(connections));
    }
    double ratio = threads.median() / overtake.median();
    return rule.decided(
        ratio,
        ratio >= MUCH_MORE,
        "One of %,d waiting connections holds %s under threads and %s under overtake."
            .formatted(connections, threads.show(Wording::bytes), overtake.show(Wording::bytes)));
  }

  private static Optional<ThreadCost> cost(List<ThreadCost> threads, String kind) {
    return threads.stream()
        .filter(cost -> cost.kind.equals(kind) && cost.threads == FEW)
        .filter(cost -> !Double.isNaN(cost.reservedBytesEach))
        .findFirst();
  }

  private static List<Findings.SummaryLine> summary(
      Bench bench, List<ThreadCost> threads, Trials<Held> trials) {
    List<Findings.SummaryLine> lines = new ArrayList<>();
    for (ThreadCost cost : threads) {
      boolean articles = cost.kind.equals(Kind.CPYTHON_DEFAULT) && cost.threads == FEW;
      String what = "%s: %,d threads, ".formatted(cost.kind, cost.threads);
      lines.add(
          new Findings.SummaryLine(
              what + "reserved",
              articles ? Article.MEMORY_RESERVED : "",
              Wording.bytes(cost.reservedBytesEach * cost.threads)));
      lines.add(
          new Findings.SummaryLine(
              what + "resident",
              articles ? Article.MEMORY_RESIDENT : "",
              Wording.bytes(cost.residentBytesEach * cost.threads)));
      lines.add(
          new Findings.SummaryLine(
              what + "objects of each",
              articles ? Article.MEMORY_PYTHON_OBJECT : "",
              Wording.bytes(cost.liveBytesEach)));
    }
    for (Trials.Row<Held> row : trials.rows()) {
      for (int connections : counts(bench.effort())) {
        Spread total = total(row, connections);
        lines.add(
            new Findings.SummaryLine(
                "%s: each of %,d connections".formatted(row.variant().name(), connections),
                "",
                total.measured() ? total.show(Wording::bytes) : row.whyMissing()));
      }
    }
    return lines;
  }

  private static List<Answer> answers(Bench bench, Trials<Held> trials) {
    List<Answer> answers = new ArrayList<>();
    for (Trials.Row<Held> row : trials.rows()) {
      Spread total = total(row, counts(bench.effort()).getLast());
      if (total.measured()) {
        answers.add(
            new Answer(
                Answer.Question.CLIENTS,
                row.variant().name(),
                "at least %,d".formatted(counts(bench.effort()).getLast())));
        answers.add(
            new Answer(Answer.Question.BYTES, row.variant().name(), Wording.bytes(total.median())));
      }
    }
    return answers;
  }

  private static Object json(Bench bench, List<ThreadCost> threads, Trials<Held> trials) {
    return new Results(
        threads,
        trials.rows().stream()
            .map(row ->
                new VariantResults(
                    row.variant().name(),
                    row.variant().serve("fib", JVM_OPTIONS),
                    row.failure(),
                    counts(bench.effort()).stream()
                        .map(count -> new CountResults(count, total(row, count)))
                        .toList(),
                    row.rounds()))
            .toList());
  }

  /** A kind of thread, and what its sample is told. */
  private record Kind(String name, Variant.Kind whose, String argument) {
    static final String CPYTHON_DEFAULT = "CPython, the system's stack size";

    static Kind java(String name, String argument) {
      return new Kind(name, Variant.Kind.OURS, argument);
    }
  }

  private record Reading(ProcessMemory memory, double liveBytes) {}

  /** Of each of so many threads; NaN if the process could not hold as many. */
  record ThreadCost(
      String kind,
      int threads,
      double reservedBytesEach,
      double residentBytesEach,
      double liveBytesEach) {
    static ThreadCost missing(String kind, int threads) {
      return new ThreadCost(kind, threads, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Java's objects lie in a heap that was resident before. */
    double totalBytesEach() {
      return Math.max(0, residentBytesEach) + liveBytesEach;
    }
  }

  /** Of each of so many connections; no live bytes where there is no heap. */
  record Cost(
      int connections, double reservedBytesEach, double residentBytesEach, double liveBytesEach) {
    double totalBytesEach() {
      return Math.max(0, residentBytesEach) + liveBytesEach;
    }
  }

  record Held(List<Cost> costs) {}

  record CountResults(int connections, Spread bytesEach) {}

  record VariantResults(
      String variant,
      List<String> command,
      @Nullable String failure,
      List<CountResults> counts,
      List<Held> rounds) {}

  record Results(List<ThreadCost> threads, List<VariantResults> variants) {}
}
