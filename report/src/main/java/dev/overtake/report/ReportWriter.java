// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a report as one HTML file, or a chart as one SVG file, that needs nothing else: no other
 * file, no network, no script to be read.
 *
 * <p>The same input gives the same bytes. All methods may be called by any thread.
 */
public final class ReportWriter {
  private ReportWriter() {}

  /**
   * Writes a report. The directory is made if it is missing; a file already there is replaced, and
   * stays as it was until the new one is complete.
   *
   * @param report what to write
   * @param path the HTML file
   * @throws IOException if it cannot be written; the message is one line for the operator that
   *     names the path and what to do. Nothing of the new file is left, an old one is untouched
   */
  public static void write(Report report, Path path) throws IOException {
    replace(path, Page.of(report), "report");
  }

  /**
   * Writes one chart as a picture on its own, with its title and origin inside, and colours for
   * light and dark surroundings.
   *
   * <p>Names of no known model may have other colours here than among the other names of a report.
   *
   * @param chart what to draw
   * @param path the SVG file
   * @throws IOException as {@link #write}
   */
  public static void writeSvg(Chart chart, Path path) throws IOException {
    Palette palette = new Palette(Drawing.names(chart));
    replace(path, Drawing.of(chart, Layout.ALONE, palette, "chart"), "chart");
  }

  private static void replace(Path path, String content, String what) throws IOException {
    Path target = path.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(what + " " + path + ": this is a directory; name a file in it");
    }
    // Beside the target: a move is atomic within one file system only.
    Path unfinished =
        directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectories(directory);
      try {
        Files.writeString(unfinished, content, StandardOpenOption.CREATE_NEW);
        move(unfinished, target);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw new IOException(
          what
              + " "
              + path
              + ": cannot be written, "
              + reason(e)
              + "; choose a directory you can write to",
          e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      // Some network file systems: a reader may for a moment see no file, never half of one.
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied at " + denied.getFile();
      case FileAlreadyExistsException exists -> exists.getFile() + " is no directory";
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case FileSystemException other when other.getReason() != null ->
          other.getReason() + " at " + other.getFile();
      default -> String.valueOf(e.getMessage());
    };
  }
}
