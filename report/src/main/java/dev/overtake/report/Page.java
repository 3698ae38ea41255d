// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report as a page: everything it needs is inside, and its policy forbids it anything else. */
final class Page {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Report report;
  private final Palette palette;
  private final Markup page = new Markup();
  private int figures;

  private Page(Report report) {
    this.report = report;
    this.palette = new Palette(names(report));
  }

  static String of(Report report) {
    return new Page(report).write();
  }

  private String write() {
    page.trusted("<!DOCTYPE html>\n").start("html", "lang", "en").line();
    writeHead();
    page.start("body").line();
    writeHeader();
    page.start("main").line();
    report.front().forEach(exhibit -> write(exhibit, "h2"));
    writeFindings();
    writeMachine();
    report.chapters().forEach(this::write);
    page.end().line();
    page.start("footer")
        .element(
            "p",
            "Lines and bars show medians; shaded bands and whiskers reach from the smallest to the"
                + " largest of the repeated runs. A dotted line across a chart marks where a"
                + " logarithmic axis is interrupted to show zero.")
        .end()
        .line();
    page.start("script").trusted(script()).end().line();
    return page.end().line().end().line().toString();
  }

  private void writeHead() {
    page.start("head").line().empty("meta", "charset", "utf-8").line();
    page.empty(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-"
                + sha256(script())
                + "'")
        .line();
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line();
    page.empty("link", "rel", "icon", "href", "data:,").line();
    page.element("title", report.title()).line();
    page.start("style")
        .trusted(Resource.text("colours.css"))
        .trusted(Resource.text("chart.css"))
        .trusted(Resource.text("page.css"))
        .end()
        .line();
    page.end().line();
  }

  private void writeHeader() {
    page.start("header").line().element("h1", report.title()).line();
    if (!report.subtitle().isEmpty()) {
      page.element("p", report.subtitle(), "class", "subtitle").line();
    }
    page.start("p", "class", "run")
        .element("span", DATE.format(report.date()))
        .text(" · run ")
        .element("code", report.origin().run())
        .end()
        .line();
    writeCommand(report.origin().command());
    page.end().line();
  }

  private void writeCommand(String command) {
    page.start("p", "class", "command");
    writeCode(command);
    page.end().line();
  }

  /**
   * Each word on its own, so that a narrow page breaks a command between words, not in {@code
   * --out}.
   */
  private void writeCode(String command) {
    page.start("code");
    String[] words = command.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      page.text(i == 0 ? "" : " ").element("span", words[i]);
    }
    page.end();
  }

  private void writeFindings() {
    List<Chapter> judged =
        report.chapters().stream().filter(chapter -> !chapter.verdicts().isEmpty()).toList();
    if (judged.isEmpty()) {
      return;
    }
    page.start("section", "aria-labelledby", "findings")
        .element("h2", "What came out", "id", "findings")
        .start("ol", "class", "findings")
        .line();
    for (Chapter chapter : judged) {
      Verdict verdict = chapter.verdicts().getFirst();
      page.start("li");
      writeOutcome(verdict.outcome());
      page.start("div")
          .element("a", chapter.title(), "href", "#" + chapter.id())
          .element("p", verdict.sentence())
          .end()
          .end()
          .line();
    }
    page.end().end().line();
  }

  private void writeOutcome(Verdict.Outcome outcome) {
    String words =
        switch (outcome) {
          case HOLDS -> "✓ holds";
          case DIFFERS -> "≠ differs";
          case UNKNOWN -> "? open";
        };
    page.element("span", words, "class", "outcome " + outcome.name().toLowerCase(Locale.ROOT));
  }

  private void writeMachine() {
    if (report.machine().isEmpty()) {
      return;
    }
    page.start("section", "aria-labelledby", "machine")
        .element("h2", "The machine", "id", "machine")
        .start("dl", "class", "facts")
        .line();
    for (Fact fact : report.machine()) {
      page.element("dt", fact.name()).element("dd", fact.value()).line();
    }
    page.end().end().line();
  }

  private void write(Chapter chapter) {
    String heading = chapter.id() + "-heading";
    page.start("section", "class", "chapter", "id", chapter.id(), "aria-labelledby", heading);
    page.start("h2", "id", heading)
        .element("span", chapter.id(), "class", "id")
        .text(chapter.title())
        .end()
        .line();
    if (!chapter.claim().isEmpty()) {
      page.start("p", "class", "claim")
          .element("b", "The article")
          .text(chapter.claim())
          .end()
          .line();
    }
    page.start("dl", "class", "plan").line();
    writeStep("Question", chapter.question());
    writeStep("Prediction", chapter.prediction());
    writeStep("Method", chapter.method());
    if (!chapter.command().isEmpty()) {
      page.element("dt", "Command").start("dd");
      writeCode(chapter.command());
      page.end().line();
    }
    page.end().line();
    writeNotes(chapter.notes());
    chapter.exhibits().forEach(exhibit -> write(exhibit, "h3"));
    if (!chapter.control().isEmpty()) {
      page.start("dl", "class", "plan");
      writeStep("Control", chapter.control());
      page.end().line();
    }
    writeVerdicts(chapter);
    writeFiles(chapter.files());
    page.end().line();
  }

  private void writeStep(String name, String text) {
    if (!text.isEmpty()) {
      page.element("dt", name).element("dd", text).line();
    }
  }

  private void writeNotes(List<Note> notes) {
    if (notes.isEmpty()) {
      return;
    }
    page.start("ul", "class", "notes").line();
    for (Note note : notes) {
      if (note.weight() == Note.Weight.WARNING) {
        page.start("li", "class", "warning").element("strong", "Caution: ").text(note.text()).end();
      } else {
        page.element("li", note.text());
      }
      page.line();
    }
    page.end().line();
  }

  private void writeVerdicts(Chapter chapter) {
    if (!chapter.verdicts().isEmpty()) {
      page.element("h3", "Verdict").start("ul", "class", "verdicts").line();
      for (Verdict verdict : chapter.verdicts()) {
        page.start("li");
        writeOutcome(verdict.outcome());
        page.element("p", verdict.sentence()).end().line();
      }
      page.end().line();
    }
    if (!chapter.costs().isEmpty()) {
      page.element("h3", "Cost and limits").start("ul", "class", "notes").line();
      chapter.costs().forEach(cost -> page.element("li", cost).line());
      page.end().line();
    }
  }

  private void writeFiles(List<String> files) {
    if (files.isEmpty()) {
      return;
    }
    page.start("p", "class", "files").text("Raw results: ");
    for (int i = 0; i < files.size(); i++) {
      page.text(i == 0 ? "" : ", ").element("a", files.get(i), "href", address(files.get(i)));
    }
    page.end().line();
  }

  /** A path as an address: what is neither letter nor digit may mean something else there. */
  private static String address(String path) {
    StringBuilder out = new StringBuilder("./");
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~".indexOf(c) >= 0)) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  private void write(Exhibit exhibit, String heading) {
    switch (exhibit) {
      case Figure figure -> write(figure, heading);
      case Table table -> write(table, heading);
      case Listing listing -> write(listing, heading);
    }
  }

  private void write(Figure figure, String heading) {
    figures++;
    Chart chart = figure.chart();
    String id = "figure-" + figures;
    page.start("figure", "id", id).line().element(heading, chart.title()).line();
    for (Layout layout : List.of(Layout.DESK, Layout.PHONE)) {
      page.trusted(Drawing.of(chart, layout, palette, id + "-" + layout.name()));
    }
    page.start("figcaption");
    if (!figure.caption().isEmpty()) {
      page.element("p", figure.caption());
    }
    page.start("p", "class", "origin").text("run " + chart.origin().run() + " · ");
    writeCode(chart.origin().command());
    page.end().end().line();
    Table numbers = Summary.table(chart);
    page.start("details")
        .element("summary", "Numbers of this chart")
        .element("p", numbers.caption());
    writeTable(numbers);
    page.end().end().line();
  }

  private void write(Table table, String heading) {
    page.start("div", "class", "tableblock").element(heading, table.title()).line();
    writeTable(table);
    if (!table.caption().isEmpty()) {
      page.element("p", table.caption());
    }
    page.end().line();
  }

  private void write(Listing listing, String heading) {
    page.start("div", "class", "listing").element(heading, listing.title()).line();
    page.start("div", "class", "columns").line();
    for (Listing.Column column : listing.columns()) {
      page.start("div").element("p", column.title(), "class", "column").line();
      page.start("ol", "class", "code").line();
      for (Listing.Line line : column.lines()) {
        boolean marked = !line.mark().isEmpty();
        page.start("li", "class", marked ? "marked" : "plain").element("code", line.text());
        if (marked) {
          page.element("span", line.mark());
        }
        page.end().line();
      }
      page.end().end().line();
    }
    page.end().line();
    if (!listing.caption().isEmpty()) {
      page.element("p", listing.caption());
    }
    page.end().line();
  }

  private void writeTable(Table table) {
    page.start(
            "div",
            "class",
            "scroll",
            "tabindex",
            "0",
            "role",
            "region",
            "aria-label",
            table.title())
        .start("table")
        .start("thead")
        .start("tr");
    List<Unit> shared = sharedUnits(table);
    for (int i = 0; i < table.columns().size(); i++) {
      Table.Column column = table.columns().get(i);
      page.start("th", "scope", "col", "class", kind(column)).text(column.name());
      if (!shared.get(i).symbol().isEmpty()) {
        page.text(", ").element("span", shared.get(i).symbol(), "class", "unit");
      }
      page.end();
    }
    page.end().end().line().start("tbody").line();
    for (List<Cell> row : table.rows()) {
      page.start("tr");
      for (int i = 0; i < row.size(); i++) {
        String kind = kind(table.columns().get(i));
        if (i == 0) {
          page.start("th", "scope", "row", "class", kind);
        } else {
          page.start("td", "class", kind);
        }
        write(row.get(i), shared.get(i));
        page.end();
      }
      page.end().line();
    }
    page.end().end().end().line();
  }

  /**
   * The unit that all numbers of a column are in and that stands in its heading instead of in each
   * cell; {@link Unit#NONE} where they differ or have prefixes of their own.
   */
  private static List<Unit> sharedUnits(Table table) {
    List<Unit> shared = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      int column = i;
      List<Unit> units =
          table.rows().stream()
              .map(row -> row.get(column))
              .flatMap(cell -> unit(cell).stream())
              .distinct()
              .toList();
      boolean plain = units.size() == 1 && units.getFirst().kind() == Unit.Kind.PLAIN;
      shared.add(plain ? units.getFirst() : Unit.NONE);
    }
    return shared;
  }

  private static Optional<Unit> unit(Cell cell) {
    return switch (cell) {
      case Cell.Quantity quantity -> Optional.of(quantity.unit());
      case Cell.Spread spread -> Optional.of(spread.unit());
      default -> Optional.empty();
    };
  }

  private static String kind(Table.Column column) {
    String align = column.align() == Table.Align.RIGHT ? "right" : "left";
    return column.role() == Table.Role.REFERENCE ? align + " reference-column" : align;
  }

  private void write(Cell cell, Unit shared) {
    switch (cell) {
      case Cell.Text text -> page.text(text.text());
      case Cell.Name name -> page.trusted(Drawing.swatch(name.name(), palette)).text(name.name());
      case Cell.Count count -> page.text(Numbers.whole(count.value()));
      case Cell.Quantity quantity ->
          page.text(
              Numbers.write(quantity.value(), bare(quantity.unit(), shared), quantity.digits()));
      case Cell.Spread spread -> write(spread, bare(spread.unit(), shared));
      case Cell.Missing missing -> page.element("span", missing.reason(), "class", "reason");
    }
  }

  private void write(Cell.Spread spread, Unit unit) {
    page.text(Numbers.write(spread.median(), unit, spread.digits()));
    if (spread.min() < spread.max()) {
      String range =
          Numbers.range(spread.min(), spread.median(), spread.max(), unit, spread.digits());
      page.text(" ").element("span", range, "class", "range");
    }
  }

  private static Unit bare(Unit unit, Unit shared) {
    return unit.equals(shared) ? Unit.NONE : unit;
  }

  private static List<String> names(Report report) {
    List<String> names = new ArrayList<>();
    report.front().forEach(exhibit -> addNames(exhibit, names));
    for (Chapter chapter : report.chapters()) {
      chapter.exhibits().forEach(exhibit -> addNames(exhibit, names));
    }
    return names;
  }

  private static void addNames(Exhibit exhibit, List<String> names) {
    switch (exhibit) {
      case Figure figure -> names.addAll(Drawing.names(figure.chart()));
      case Listing _ -> {}
      case Table table -> {
        for (List<Cell> row : table.rows()) {
          for (Cell cell : row) {
            if (cell instanceof Cell.Name name) {
              names.add(name.name());
            }
          }
        }
      }
    }
  }

  /** In a section that means nothing to HTML and keeps the page XML. */
  private static String script() {
    return "//<![CDATA[\n" + Resource.text("page.js") + "//]]>";
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return Base64.getEncoder()
          .encodeToString(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
