// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PageTest {
  private static final String HOSTILE =
      "</title><script>alert(\"x\")</script>&amp;]]>'--> \u0000\ud800";

  @Test
  void pageIsWellFormed() {
    assertThat(Xml.parse(Page.of(Demo.report())).getDocumentElement().getTagName())
        .isEqualTo("html");
  }

  @Test
  void sameReportGivesTheSameBytes() {
    assertThat(Page.of(Demo.report())).isEqualTo(Page.of(Demo.report()));
  }

  @Test
  void nothingInAReportIsReadAsMarkup() {
    Document page = Xml.parse(Page.of(hostile()));
    assertThat(Xml.elements(page, "script")).hasSize(1);
    String shown = HOSTILE.replace("\u0000", "\ufffd").replace("\ud800", "\ufffd");
    assertThat(Xml.elements(page, "h1").getFirst().getTextContent()).isEqualTo(shown);
    for (String name : List.of("dt", "dd", "h2", "h3", "li", "th", "td", "code", "desc", "text")) {
      assertThat(Xml.elements(page, name))
          .as(name)
          .anyMatch(element -> element.getTextContent().contains("<script>alert"));
    }
  }

  @Test
  void pageAsksNothingOfAnyOtherHost() {
    String page = Page.of(Demo.report());
    Document document = Xml.parse(page);
    for (Element element : Xml.elements(document, "*")) {
      assertThat(element.hasAttribute("src")).isFalse();
      if (element.hasAttribute("href")) {
        assertThat(element.getAttribute("href")).matches("#.*|\\./.*|data:,");
      }
    }
    assertThat(page).doesNotContain("@import", "url(", "fetch(", "XMLHttpRequest");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("://");
    assertThat(policy(document)).startsWith("default-src 'none'");
  }

  @Test
  void idsAreUniqueAndEveryReferenceHasItsTarget() {
    Document page = Xml.parse(Page.of(Demo.report()));
    List<String> ids =
        Xml.elements(page, "*").stream()
            .map(element -> element.getAttribute("id"))
            .filter(id -> !id.isEmpty())
            .toList();
    assertThat(ids).doesNotHaveDuplicates();
    for (Element element : Xml.elements(page, "*")) {
      String labels = element.getAttribute("aria-labelledby");
      if (!labels.isEmpty()) {
        assertThat(ids).contains(labels.split(" "));
      }
      if (element.getAttribute("href").startsWith("#")) {
        assertThat(ids).contains(element.getAttribute("href").substring(1));
      }
    }
  }

  @Test
  void everyFigureHasTwoDrawingsItsOriginAndItsNumbers() {
    Document page = Xml.parse(Page.of(Demo.report()));
    List<Element> figures = Xml.elements(page, "figure");
    assertThat(figures).hasSize(6);
    for (Element figure : figures) {
      List<Element> drawings =
          Xml.elements(figure, "svg").stream()
              .filter(svg -> svg.getAttribute("role").equals("img"))
              .toList();
      assertThat(drawings)
          .extracting(svg -> svg.getAttribute("class"))
          .containsExactly("chart desk", "chart phone");
      for (Element drawing : drawings) {
        assertThat(Xml.elements(drawing, "title").getFirst().getTextContent()).isNotBlank();
        assertThat(Xml.elements(drawing, "desc").getFirst().getTextContent()).isNotBlank();
      }
      assertThat(Xml.elements(figure, "figcaption").getFirst().getTextContent())
          .contains("run demo-of-invented-figures", "./overtake lab");
      assertThat(Xml.elements(Xml.elements(figure, "table").getFirst(), "td")).isNotEmpty();
    }
  }

  @Test
  void aSeriesLooksTheSameInEveryChartAndTable() {
    Document page = Xml.parse(Page.of(Demo.report()));
    List<Element> keys = Xml.elements(page, "g", "key");
    for (String name : List.of("threads", "CPython threads", "overtake", "pool:8")) {
      assertThat(keys)
          .filteredOn(key -> key.getTextContent().equals(name))
          .hasSizeGreaterThan(2)
          .extracting(key -> key.getAttribute("class"))
          .containsOnly(
              keys.stream()
                  .filter(key -> key.getTextContent().equals(name))
                  .findFirst()
                  .orElseThrow()
                  .getAttribute("class"));
    }
  }

  @Test
  void chaptersShowWhatTheyHaveAndLeaveOutTheRest() {
    Chapter bare = Chapter.builder("bare", "Bare").question("Why?").build();
    Document page = Xml.parse(Page.of(report(List.of(bare))));
    assertThat(Xml.elements(page, "dt"))
        .extracting(Element::getTextContent)
        .containsExactly("Question");
    assertThat(Xml.elements(page, "ul")).isEmpty();
    assertThat(Xml.elements(page, "ol")).isEmpty();
  }

  @Test
  void overviewTellsTheFirstVerdictOfEachChapter() {
    Document page = Xml.parse(Page.of(Demo.report()));
    Element findings = Xml.elements(page, "ol").getFirst();
    assertThat(Xml.elements(findings, "a"))
        .extracting(link -> link.getAttribute("href"))
        .containsExactly("#single", "#perf1", "#perf2");
    assertThat(findings.getTextContent()).contains("✓ holds", "≠ differs");
  }

  @Test
  void filesAreLinkedByAnAddressThatMeansOnlyThem() {
    Document page = Xml.parse(Page.of(Demo.report()));
    assertThat(Xml.elements(page, "a"))
        .extracting(link -> link.getAttribute("href"))
        .contains("./perf2/threads-1.hlog", "./perf2/odd%20name%20%26%20more.json");
  }

  @Test
  void missingCellTellsItsReason() {
    String page = Page.of(Demo.report());
    assertThat(page).contains("no python3 on this machine", "the server died");
    assertThat(page).doesNotContain("NaN");
  }

  @Test
  void listingKeepsItsLinesAndSaysWhySomeAreMarked() {
    Listing listing =
        new Listing(
            "Two programs",
            "Side by side.",
            List.of(
                new Listing.Column(
                    "bytecode",
                    List.of(
                        new Listing.Line("   0 lload_0", ""),
                        new Listing.Line("   1 lreturn", "stops <here>"))),
                new Listing.Column("dis", List.of(new Listing.Line("RESUME", "on entry")))));
    Document page =
        Xml.parse(Page.of(report(List.of(Chapter.builder("dis", "Dis").exhibit(listing).build()))));
    assertThat(Xml.elements(page, "li"))
        .extracting(li -> li.getAttribute("class"), Element::getTextContent)
        .containsExactly(
            tuple("plain", "   0 lload_0"),
            tuple("marked", "   1 lreturnstops <here>"),
            tuple("marked", "RESUMEon entry"));
  }

  @Test
  void dateIsShownInUtc() {
    assertThat(Page.of(Demo.report())).contains("22 November 2026, 13:15 UTC");
  }

  @Test
  void scriptIsTheOneThePolicyAllows() throws Exception {
    String page = Page.of(Demo.report());
    var script = Pattern.compile("(?s)<script>(.*)</script>").matcher(page);
    assertThat(script.find()).isTrue();
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(script.group(1).getBytes(StandardCharsets.UTF_8));
    String expected = Base64.getEncoder().encodeToString(digest);
    assertThat(policy(Xml.parse(page))).contains("'sha256-" + expected + "'");
  }

  private static String policy(Document page) {
    return Xml.elements(page, "meta").stream()
        .filter(meta -> meta.getAttribute("http-equiv").equals("Content-Security-Policy"))
        .findFirst()
        .orElseThrow()
        .getAttribute("content");
  }

  private static Report report(List<Chapter> chapters) {
    return new Report("t", "", new Origin("r", "c"), Instant.EPOCH, List.of(), List.of(), chapters);
  }

  /** The same hostile text in every field that takes one. */
  private static Report hostile() {
    Origin origin = new Origin(HOSTILE, HOSTILE);
    Axis axis = Axis.linear(HOSTILE, Unit.of(HOSTILE));
    LineChart lines =
        new LineChart(
                HOSTILE,
                HOSTILE,
                axis,
                axis,
                List.of(new Series(HOSTILE, List.of(Point.of(1, 2), Point.of(2, 3)))),
                origin)
            .withIntervals(List.of(new Interval(1, 2, HOSTILE)))
            .withReferences(List.of(new Reference(2, HOSTILE)));
    BarChart bars =
        new BarChart(
                HOSTILE,
                HOSTILE,
                axis,
                List.of(
                    new BarChart.Group(
                        HOSTILE,
                        List.of(BarChart.Bar.of(HOSTILE, 1), BarChart.Bar.missing("b", HOSTILE)))),
                origin)
            .withReferences(List.of(new Reference(1, HOSTILE)));
    Table table =
        new Table(
            HOSTILE,
            HOSTILE,
            List.of(Table.Column.text(HOSTILE), Table.Column.reference(HOSTILE)),
            List.of(
                List.of(Cell.text(HOSTILE), Cell.missing(HOSTILE)),
                List.of(Cell.name(HOSTILE), Cell.number(1, Unit.of(HOSTILE)))));
    Chapter chapter =
        Chapter.builder("c", HOSTILE)
            .claim(HOSTILE)
            .question(HOSTILE)
            .prediction(HOSTILE)
            .method(HOSTILE)
            .control(HOSTILE)
            .command(HOSTILE)
            .note(Note.plain(HOSTILE))
            .note(Note.warning(HOSTILE))
            .exhibit(new Figure(lines, HOSTILE))
            .exhibit(new Figure(bars, HOSTILE))
            .exhibit(table)
            .verdict(Verdict.differs(HOSTILE))
            .cost(HOSTILE)
            .file(HOSTILE)
            .build();
    return new Report(
        HOSTILE,
        HOSTILE,
        origin,
        Instant.EPOCH,
        List.of(new Fact(HOSTILE, HOSTILE)),
        List.of(table),
        List.of(chapter));
  }
}
