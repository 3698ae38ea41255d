// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.report.Cell;
import dev.overtake.report.Chapter;
import dev.overtake.report.Exhibit;
import dev.overtake.report.Fact;
import dev.overtake.report.Figure;
import dev.overtake.report.Origin;
import dev.overtake.report.Report;
import dev.overtake.report.ReportWriter;
import dev.overtake.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns what was measured into the files of the run directory and a table for the terminal. */
final class WriteUp {
  private static final String REPORT = "report.html";
  private static final String RESULTS = "results.json";
  private static final String HEADLINE = "headline.svg";
  private static final double GIBIBYTE = 1L << 30;

  private final LabOptions options;
  private final Instant begin;
  private final Duration took;
  private final Machine machine;
  private final Seating seating;
  private final RunDirectory directory;
  private final Lab.Measured measured;
  private final List<String> warnings = new ArrayList<>();
  private final boolean valid;

  WriteUp(
      LabOptions options,
      Instant begin,
      Duration took,
      Machine machine,
      Seating seating,
      RunDirectory directory,
      Lab.Measured measured) {
    this.options = options;
    this.begin = begin;
    this.took = took;
    this.machine = machine;
    this.seating = seating;
    this.directory = directory;
    this.measured = measured;
    warnings.addAll(measured.failures());
    warnings.addAll(measured.disturbance().warnings(machine));
    measured.parts().forEach(part -> warnings.addAll(part.findings().warnings()));
    valid = measured.parts().stream().allMatch(part -> part.findings().valid());
  }

  LabResult write() throws IOException {
    String json = results().toJson();
    Files.writeString(directory.path().resolve(RESULTS), json);
    Optional<Figure> headline = headline();
    if (headline.isPresent()) {
      ReportWriter.writeSvg(headline.get().chart(), directory.path().resolve(HEADLINE));
    }
    Path report = directory.path().resolve(REPORT);
    ReportWriter.write(report(), report);
    directory.becomeLatest();
    return new LabResult(
        directory.path(),
        report,
        Summary.of(measured, warnings, report),
        json,
        warnings,
        measured.failures(),
        valid);
  }

  private Results results() {
    Map<String, Results.ExperimentResults> experiments = new LinkedHashMap<>();
    for (Lab.Part part : measured.parts()) {
      Findings findings = part.findings();
      experiments.put(
          part.experiment().id(),
          new Results.ExperimentResults(
              part.command(),
              findings.valid(),
              findings.warnings(),
              findings.claims(),
              findings.figures(),
              findings.results()));
    }
    return new Results(
        Results.SCHEMA,
        new Results.Run(
            directory.name(),
            begin.toString(),
            took.toMillis() / 1e3,
            options.commandLine(),
            options.effort().name().toLowerCase(Locale.ROOT),
            options.effort().rounds(),
            measured.pace(),
            options.placement().toString(),
            seating.describe(options.placement()),
            measured.spinners(),
            valid,
            warnings),
        machine,
        measured.disturbance(),
        questions().answers(),
        experiments);
  }

  private Report report() {
    List<Exhibit> front = new ArrayList<>();
    headline().ifPresent(front::add);
    questions().table().ifPresent(front::add);
    List<Chapter> chapters =
        measured.parts().stream().map(part -> companion(part.findings())).toList();
    return new Report(
        "What long requests do to short ones",
        "%s, %s, measured for %d s%s"
            .formatted(
                machine.cpu(),
                Wording.count(machine.cores(), "core"),
                took.toSeconds(),
                valid ? "" : "; not valid, the load generator was the limit of some verdicts"),
        new Origin(directory.name(), options.commandLine()),
        begin,
        facts(),
        front,
        chapters);
  }

  /** The last one: whoever sums up is run last. */
  private Optional<Figure> headline() {
    return measured.parts().reversed().stream()
        .map(part -> part.findings().headline())
        .flatMap(Stream::ofNullable)
        .findFirst();
  }

  private Questions questions() {
    return Questions.answered(
        measured.parts().stream().flatMap(part -> part.findings().answers().stream()).toList());
  }

  /** The chapter, with the article's figures and those measured here before everything else. */
  private static Chapter companion(Findings findings) {
    List<List<Cell>> rows =
        findings.figures().stream()
            .filter(line -> !line.article().isEmpty())
            .map(line ->
                List.of(Cell.text(line.what()), Cell.text(line.article()), Cell.text(line.here())))
            .toList();
    if (rows.isEmpty()) {
      return findings.chapter();
    }
    return findings
        .chapter()
        .beginningWith(
            new Table(
                "The article's figures, and the same here",
                "",
                List.of(
                    Table.Column.text("figure"),
                    new Table.Column("the article", Table.Align.LEFT, Table.Role.REFERENCE),
                    Table.Column.text("here, median and range")),
                rows));
  }

  private List<Fact> facts() {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("CPU", machine.cpu()));
    facts.add(new Fact("cores", Integer.toString(machine.cores())));
    facts.add(new Fact("memory", "%.1f GiB".formatted(machine.memoryBytes() / GIBIBYTE)));
    facts.add(new Fact("system", machine.os() + ", kernel " + machine.kernel()));
    facts.add(new Fact("JDK", machine.jdk()));
    facts.add(new Fact("CPython", machine.python()));
    facts.add(new Fact("commit", machine.commit() + (machine.dirty() ? ", with changes" : "")));
    facts.add(new Fact("placement", seating.describe(options.placement())));
    facts.add(new Fact("spinners", measured.spinners()));
    facts.add(
        new Fact(
            "rounds",
            "%d, the variants in turn; loads at %s of their full length"
                .formatted(options.effort().rounds(), Wording.percent(measured.pace()))));
    facts.add(new Fact("load average before", Wording.number(machine.loadAverage())));
    facts.add(
        new Fact(
            "CPU time of others",
            measured.disturbance().known()
                ? "%s other processes, %s the hypervisor (steal)"
                    .formatted(
                        Wording.percent(measured.disturbance().foreignShare()),
                        Wording.percent(measured.disturbance().stolenShare()))
                : "unknown"));
    for (String warning : warnings) {
      facts.add(new Fact("warning", warning));
    }
    return facts;
  }
}
