// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs experiments and writes up what they found.
 *
 * {@snippet :
 * LabOptions options =
 *     LabOptions.builder(List.of("./overtake"), "./overtake lab --quick")
 *         .effort(Effort.QUICK)
 *         .build();
 * LabResult result = Lab.run(options, ProgressListener.SILENT);
 * System.out.print(result.summary());
 * }
 */
public final class Lab {
  /** All there are, in the order in which they are run and reported. */
  private static final List<Experiment> EXPERIMENTS =
      List.of(
          // In the article's order, one to a line; the last one sums up.
          new SingleExperiment(),
          new Perf1Experiment(),
          new DisExperiment(),
          new StallExperiment(),
          new Perf2Experiment(),
          new IntervalExperiment(),
          new PoolExperiment(),
          new ThresholdExperiment(),
          new PreforkExperiment(),
          new MemoryExperiment(),
          new RecursionExperiment(),
          new SocketsExperiment(),
          new ClusterExperiment(),
          new BimodalExperiment(),
          new OverviewExperiment());

  private static final System.Logger LOG = System.getLogger(Lab.class.getName());
  private static final Path RUNS = Path.of("overtake-runs");
  private static final String REFERENCE_SERVER = "reference_server.py";

  private Lab() {}

  /**
   * Lists the experiments in the order in which they are run.
   *
   * @return for each id what it shows, in a line
   */
  public static Map<String, String> experiments() {
    Map<String, String> lines = new LinkedHashMap<>();
    for (Experiment experiment : EXPERIMENTS) {
      String onlyByName = experiment.byNameOnly() ? " (not among all: name it)" : "";
      lines.put(experiment.id(), experiment.summary() + onlyByName);
    }
    return lines;
  }

  /**
   * Runs the experiments one after the other and writes the run directory: {@code results.json},
   * {@code report.html}, {@code headline.svg}, raw histograms. Blocks for as long as the effort
   * allows. One run at a time in a process, for it moves all threads of the process to the
   * generator's core while it measures.
   *
   * <p>However it ends, no process that it has started is left running. What has been written
   * before it failed stays.
   *
   * @param options what to run
   * @param progress hears how far it has come
   * @return what was found and where it lies
   * @throws LabException with a line for the user, if the run directory cannot be written
   * @throws InterruptedException if interrupted
   */
  public static LabResult run(LabOptions options, ProgressListener progress)
      throws LabException, InterruptedException {
    return run(options, options.effort().budget(), progress);
  }

  static LabResult run(LabOptions options, Duration budget, ProgressListener progress)
      throws LabException, InterruptedException {
    List<Experiment> experiments = chosen(options.experiments());
    Instant begin = Instant.now();
    long beginNanos = System.nanoTime();
    try (Seating seating = new Seating()) {
      Machine machine = Machine.here(seating.all().size(), options.python());
      RunDirectory directory = RunDirectory.create(RUNS, options.out(), begin, machine.commit());
      try {
        Measured measured;
        Duration took;
        try {
          measured = measure(experiments, options, budget, seating, directory, progress);
        } finally {
          took = Duration.ofNanos(System.nanoTime() - beginNanos);
          progress.done(took);
        }
        return new WriteUp(options, begin, took, machine, seating, directory, measured).write();
      } catch (IOException e) {
        throw new LabException(
            "run directory %s: cannot be written, %s; pass another with --out"
                .formatted(directory.path(), ServerFailure.reason(e)));
      }
    }
  }

  private static Measured measure(
      List<Experiment> experiments,
      LabOptions options,
      Duration budget,
      Seating seating,
      RunDirectory directory,
      ProgressListener progress)
      throws IOException, InterruptedException {
    List<Variant> variants = variants(options, directory);
    List<Experiment.Step> steps = new ArrayList<>();
    for (Experiment experiment : experiments) {
      int concerned = concerned(experiment, options, variants).size();
      steps.addAll(experiment.plan(options.effort(), concerned));
    }
    Schedule schedule = new Schedule(steps, budget, progress);
    Requests requests = new Requests();
    Optional<Disturbance.Reading> before = Disturbance.Reading.now();
    List<Part> parts = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    String spinners;
    try (ChildProcesses children = new ChildProcesses();
        KeepAwake awake =
            options.spinners() ? KeepAwake.on(children, seating.all()) : KeepAwake.off(children)) {
      spinners = awake.describe();
      for (Experiment experiment : experiments) {
        Bench bench =
            new Bench(
                experiment,
                options,
                concerned(experiment, options, variants),
                schedule,
                requests,
                seating,
                awake,
                children,
                directory,
                progress);
        try {
          parts.add(new Part(experiment, bench.command(), experiment.run(bench)));
        } catch (RuntimeException e) {
          // A fault of ours: it must not cost the user what the other experiments have measured.
          failures.add("%s failed and is not in the report: %s".formatted(experiment.id(), e));
          LOG.log(System.Logger.Level.ERROR, experiment.id() + " failed", e);
        }
      }
    } finally {
      seating.close();
    }
    // After the children have ended, so that their CPU time counts as ours.
    Disturbance disturbance =
        before
            .flatMap(first -> Disturbance.Reading.now().map(first::until))
            .orElse(Disturbance.UNKNOWN);
    return new Measured(parts, failures, schedule.pace(), spinners, disturbance);
  }

  private static List<Experiment> chosen(List<String> ids) {
    return EXPERIMENTS.stream()
        .filter(
            experiment -> ids.isEmpty() ? !experiment.byNameOnly() : ids.contains(experiment.id()))
        .toList();
  }

  private static List<Variant> concerned(
      Experiment experiment, LabOptions options, List<Variant> variants) {
    List<String> usual = experiment.models();
    boolean named = usual.isEmpty() || !options.models().equals(Variant.MODELS);
    return variants.stream()
        .filter(experiment::concerns)
        .filter(variant -> named || usual.contains(variant.name()))
        .toList();
  }

  private static List<Variant> variants(LabOptions options, RunDirectory directory)
      throws IOException {
    List<Variant> variants = new ArrayList<>();
    for (String model : options.models()) {
      variants.add(Variant.ours(options.serverCommand(), model));
    }
    if (options.python() != null) {
      List<String> command =
          List.of(options.python(), referenceServer(directory.path()).toString());
      variants.add(Variant.cpython(command, "sequential"));
      variants.add(Variant.cpython(command, "threads"));
    }
    return variants;
  }

  /** Copies the reference server into the run directory, where readers of the results find it. */
  static Path referenceServer(Path directory) throws IOException {
    return Resources.copy(REFERENCE_SERVER, directory);
  }

  /** One experiment, what repeats it, and what it found. */
  record Part(Experiment experiment, String command, Findings findings) {}

  /** All that a run has measured, and a sentence for each experiment that failed. */
  record Measured(
      List<Part> parts,
      List<String> failures,
      double pace,
      String spinners,
      Disturbance disturbance) {}
}
