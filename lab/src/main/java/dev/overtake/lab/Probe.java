// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.Interference;
import dev.overtake.load.InterferenceListener;
import dev.overtake.load.Second;
import dev.overtake.report.ReportWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Measures from outside what long requests do to short ones in any server, and writes it up. */
public final class Probe {
  private static final Path RUNS = Path.of("overtake-runs");
  private static final String REPORT = "report.html";
  private static final String JSON = "probe.json";

  private Probe() {}

  /**
   * Probes and writes {@code report.html} and {@code probe.json}. Blocks as {@link
   * Interference#run} does.
   *
   * @param options what to do
   * @param progress hears how far it has come
   * @return what was found
   * @throws LabException with a line for the user, if the results cannot be written
   * @throws IOException as {@link Interference#run}; nothing is written then
   * @throws InterruptedException if interrupted; nothing is written then
   */
  public static ProbeResult run(ProbeOptions options, ProgressListener progress)
      throws LabException, IOException, InterruptedException {
    Instant begin = Instant.now();
    RunDirectory directory = RunDirectory.create(RUNS, options.out(), begin, "probe");
    Machine machine = Machine.here(Runtime.getRuntime().availableProcessors(), null);
    Interference.Run run;
    try {
      run = measure(options, progress);
    } catch (IOException | InterruptedException e) {
      if (options.out() == null) {
        boolean _ = directory.path().toFile().delete(); // there is nothing in it
      }
      throw e;
    }
    Duration took = Duration.between(begin, Instant.now());
    ProbeFigures figures = ProbeFigures.of(run, options);
    ProbeWriteUp writeUp =
        new ProbeWriteUp(options, directory, machine, begin, took, run.reasons(), figures);
    Path report = directory.path().resolve(REPORT);
    String json = writeUp.json();
    try {
      ReportWriter.write(writeUp.report(), report);
      Files.writeString(directory.path().resolve(JSON), json);
    } catch (IOException e) {
      throw new LabException(
          "run directory %s: cannot be written, %s; pass another with --out"
              .formatted(directory.path(), ServerFailure.reason(e)));
    }
    return new ProbeResult(
        directory.path(),
        report,
        writeUp.summary(report),
        json,
        figures.verdict(),
        writeUp.judged(),
        figures.invalid(),
        figures.noLongRequest());
  }

  private static Interference.Run measure(ProbeOptions options, ProgressListener progress)
      throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    Interference.Run run =
        new Interference(options.load()).run(new Telling(options.load(), progress));
    progress.done(Duration.ofNanos(System.nanoTime() - beginNanos));
    return run;
  }

  /** Passes on what the generator tells. */
  private static final class Telling implements InterferenceListener {
    private static final int STEPS_OF_A_LEVEL = 3;

    private final ProgressListener progress;
    private final int steps;
    private int step;

    Telling(Interference.Options load, ProgressListener progress) {
      this.progress = progress;
      this.steps =
          (load.warmup().isPositive() ? 1 : 0)
              + STEPS_OF_A_LEVEL * load.levels().size()
              + (load.levels().size() - 1);
    }

    @Override
    public void begins(int longOnes, Interference.@Nullable Way way, Duration left) {
      step++;
      progress.step(step, steps, label(longOnes, way), left);
    }

    private static String label(int longOnes, Interference.@Nullable Way way) {
      if (longOnes < 0) {
        return "warming up";
      }
      String beside = Wording.count(longOnes, "long request");
      return switch (way) {
        case OPEN -> beside + ", at a fixed rate";
        case CLOSED -> beside + ", back to back";
        case SAMPLED -> beside + ", one at a time";
        case null -> beside + " to end, then calm";
      };
    }

    @Override
    public void second(Second second) {
      progress.detail(
          "%s, p50 %s, p99 %s"
              .formatted(
                  Wording.rate(second.requestsPerSecond()),
                  Wording.seconds(second.p50Micros() / 1e6),
                  Wording.seconds(second.p99Micros() / 1e6)));
    }
  }
}
