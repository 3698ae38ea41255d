// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
  @TempDir Path directory;

  @Test
  void makesTheDirectoryAndLeavesNothingElseInIt() throws IOException {
    Path path = directory.resolve("runs/one/report.html");
    ReportWriter.write(Demo.report(), path);
    assertThat(Files.readString(path)).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
    try (Stream<Path> files = Files.list(path.getParent())) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void replacesAnOlderReport() throws IOException {
    Path path = directory.resolve("report.html");
    Files.writeString(path, "old");
    ReportWriter.write(Demo.report(), path);
    assertThat(Files.readString(path)).contains("Demo: invented figures");
  }

  @Test
  void saysInOneLineThatTheDirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    Path path = file.resolve("report.html");
    assertThatThrownBy(() -> ReportWriter.write(Demo.report(), path))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("report " + path + ": cannot be written, ")
        .hasMessageEndingWith("; choose a directory you can write to")
        .message()
        .doesNotContain("\n");
    assertThat(Files.readString(file)).isEqualTo("not a directory");
  }

  @Test
  void doesNotWriteOverADirectory() throws IOException {
    Path path = Files.createDirectories(directory.resolve("report.html"));
    assertThatThrownBy(() -> ReportWriter.write(Demo.report(), path))
        .isInstanceOf(IOException.class)
        .hasMessage("report " + path + ": this is a directory; name a file in it");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void writesAChartAloneWithTitleOriginAndBothColourSchemes() throws IOException {
    Path path = directory.resolve("chart.svg");
    ReportWriter.writeSvg(Demo.rateOverTime(Axis.Scale.LOG), path);
    String svg = Files.readString(path);
    var document = Xml.parse(svg);
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(document.getDocumentElement().getAttribute("xmlns"))
        .isEqualTo("http://www.w3.org/2000/svg");
    assertThat(Xml.elements(document, "text", "heading").getFirst().getTextContent())
        .isEqualTo("Short requests while hogs come and go");
    assertThat(Xml.elements(document, "text", "origin"))
        .anyMatch(text -> text.getTextContent().contains("./overtake lab"));
    assertThat(svg).contains("prefers-color-scheme: dark");
  }
}
