// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Listing;
import dev.overtake.report.Note;
import dev.overtake.report.Table;
import dev.overtake.server.Handler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The handler as instructions, and at which of them a thread can be stopped. */
final class DisExperiment implements Experiment {
  private static final Duration STEP = Duration.ofMillis(500);
  private static final long PYTHON_SECONDS = 10;

  @Override
  public String id() {
    return "dis";
  }

  @Override
  public String summary() {
    return "a handler as instructions of the JVM and of CPython, and where a thread can be stopped";
  }

  @Override
  public boolean concerns(Variant variant) {
    return false;
  }

  @Override
  public List<Step> plan(Effort effort, int variants) {
    return List.of(new Step(STEP, Duration.ZERO));
  }

  @Override
  public Findings run(Bench bench) throws IOException {
    bench.begin("instructions of the JVM and of CPython");
    String printed = printedByCpython(bench);
    List<Pair> pairs =
        List.of(
            new Pair(
                Disassembly.ofJava(Handler.class, "Countdown", "answer"),
                Disassembly.ofCpython(printed, "countdown")),
            new Pair(
                Disassembly.ofJava(Handler.class, "Fib", "fib"),
                Disassembly.ofCpython(printed, "fib")));
    return findings(bench, pairs);
  }

  /** Empty if there is no CPython. */
  private static String printedByCpython(Bench bench) throws IOException {
    String python = bench.python();
    if (python == null) {
      return "";
    }
    Path run = bench.directory().path();
    Path program = Resources.copy("instructions.py", run);
    return Programs.run(PYTHON_SECONDS, python, program.toString(), run.toString()).orElse("");
  }

  private Findings findings(Bench bench, List<Pair> pairs) {
    boolean cpython = pairs.stream().allMatch(pair -> pair.cpython.isPresent());
    List<Claim> claims = List.of(loopsStopInJava(pairs), loopsStopInCpython(pairs));
    Chapter.Builder chapter =
        Chapter.builder(id(), "What a thread executes, and where it can be stopped")
            .claim(
                "CPython compiles a function to instructions of its own and never stops a thread "
                    + "in the middle of one: each is atomic. Most are short, but nothing limits "
                    + "how long one takes.")
            .question("At which instructions can a thread be stopped, in CPython and on the JVM?")
            .prediction(
                "At a few only, in both. The JVM looks whether it shall stop at back edges and "
                    + "returns, and in whatever is called. CPython, which looked before nearly every "
                    + "instruction in the article's time, does so since 3.10 at a function's "
                    + "entry, after calls and at jumps back.")
            .method(
                "Our handlers countdown and fib, read from their class files with the JDK's "
                    + "class-file API; the same functions for CPython, shown by its module dis. "
                    + "Marked is where the interpreters are known to look: JEP 312 and the "
                    + "template interpreter's branches and returns; ceval's checks of the "
                    + "eval breaker. This reads code; it measures nothing.")
            .command(bench.command());
    if (!cpython) {
      chapter.note(Note.warning("No CPython here that could show its instructions."));
    }
    List<Findings.SummaryLine> summary = new ArrayList<>();
    List<List<Cell>> rows = new ArrayList<>();
    for (Pair pair : pairs) {
      chapter.exhibit(
          new Listing(
              pair.java.function() + " as instructions",
              "",
              pair.all().stream().map(Disassembly::column).toList()));
      for (Disassembly code : pair.all()) {
        rows.add(
            List.of(
                Cell.text("%s, %s".formatted(code.machine(), code.function())),
                Cell.count(code.lines().size()),
                Cell.count(code.stops())));
        boolean articles = code.function().equals("countdown");
        summary.add(
            new Findings.SummaryLine(
                "%s, %s".formatted(code.machine(), code.function()),
                articles
                    ? "%d instructions, each atomic".formatted(Article.DIS_COUNTDOWN_INSTRUCTIONS)
                    : "",
                "%d instructions, can be stopped at %d of them"
                    .formatted(code.lines().size(), code.stops())));
      }
    }
    chapter
        .exhibit(
            new Table(
                "Instructions, and those at which a thread can be stopped",
                "",
                List.of(
                    Table.Column.text("function"),
                    Table.Column.number("instructions"),
                    Table.Column.number("can be stopped at")),
                rows))
        .cost(
            "To stop is not to lose the core: the kernel takes that from any thread at any machine "
                + "instruction. What waits for such a place is the JVM's collector and CPython's "
                + "lock.")
        .cost(
            "The JIT compiler moves the places: it looks once for many passes of a counted loop "
                + "(-XX:LoopStripMiningIter) and not at the returns of what it inlines. An array "
                + "copy or a native method is one long step; see stall.");
    claims.forEach(claim -> chapter.verdict(claim.verdict()));
    return new Findings(
        chapter.build(),
        new Results(pairs.stream().flatMap(p -> p.all().stream()).map(this::results).toList()),
        claims,
        summary,
        List.of(),
        null);
  }

  private static Claim loopsStopInJava(List<Pair> pairs) {
    Rule rule =
        new Rule(
            "javaLoopsCanStop",
            "a loop of Java code can be stopped in each of its passes",
            "every jump back in the bytecode is a place to stop",
            Double.NaN,
            Wording::number);
    return rule.decided(
        Double.NaN,
        pairs.stream().allMatch(pair -> pair.java.everyLoopCanStop()),
        inWords(pairs.stream().map(Pair::java).toList()));
  }

  private static Claim loopsStopInCpython(List<Pair> pairs) {
    Rule rule =
        new Rule(
            "cpythonLoopsCanStop",
            "a loop of Python code can be stopped in each of its passes",
            "every jump back among the instructions is a place to stop",
            Double.NaN,
            Wording::number);
    List<Disassembly> codes = pairs.stream().flatMap(pair -> pair.cpython.stream()).toList();
    return codes.size() < pairs.size()
        ? rule.unknown("No CPython here could show its instructions.")
        : rule.decided(
            Double.NaN, codes.stream().allMatch(Disassembly::everyLoopCanStop), inWords(codes));
  }

  private static String inWords(List<Disassembly> codes) {
    List<String> words = new ArrayList<>();
    for (Disassembly code : codes) {
      words.add(
          "%d of the %d instructions of %s"
              .formatted(code.stops(), code.lines().size(), code.function()));
    }
    return "%s stops a thread at %s."
        .formatted(codes.getFirst().machine(), String.join(" and ", words));
  }

  private FunctionResults results(Disassembly code) {
    return new FunctionResults(
        code.machine(), code.function(), code.lines().size(), code.stops(), code.lines());
  }

  /** The same function on both machines. */
  private record Pair(Disassembly java, Optional<Disassembly> cpython) {
    List<Disassembly> all() {
      List<Disassembly> both = new ArrayList<>(List.of(java));
      cpython.ifPresent(both::add);
      return both;
    }
  }

  record FunctionResults(
      String machine, String function, int instructions, int stops, List<Disassembly.Line> lines) {}

  record Results(List<FunctionResults> functions) {}
}
