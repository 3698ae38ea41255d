// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's results lie.
 *
 * @param path the directory
 * @param inRuns whether it is one among others that a name {@code latest} may point to
 */
record RunDirectory(Path path, boolean inRuns) {
  private static final String LATEST = "latest";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /**
   * Makes the directory, where it is missing, and makes sure that it can be written.
   *
   * @param runs where all runs lie
   * @param out the user's choice; null for a new one below {@code runs}
   * @throws LabException if it cannot be made or written
   */
  static RunDirectory create(Path runs, @Nullable Path out, Instant begin, String commit)
      throws LabException {
    return out == null
        ? create(runs.resolve(STAMP.format(begin) + "-" + commit), true)
        : create(out, false);
  }

  private static RunDirectory create(Path path, boolean inRuns) throws LabException {
    try {
      Files.createDirectories(path);
      Files.delete(Files.createTempFile(path, "writable", null));
    } catch (IOException e) {
      throw new LabException(
          "run directory %s: cannot be written, %s; pass another with --out"
              .formatted(path, reason(e)));
    }
    return new RunDirectory(path, inRuns);
  }

  /** The run's id. */
  String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  /**
   * A file of raw results, in a folder of its own kind.
   *
   * @return its path; the folder is there
   */
  Path raw(String folder, String name) throws IOException {
    return Files.createDirectories(path.resolve(folder)).resolve(name);
  }

  /** How the report, which lies in this directory, refers to a file in it. */
  String relative(Path file) {
    return path.relativize(file).toString().replace('\\', '/');
  }

  /** Makes {@code latest} beside this directory lead to it: a link, or a file with its name. */
  void becomeLatest() throws IOException {
    if (!inRuns) {
      return;
    }
    Path latest = path.resolveSibling(LATEST);
    if (Files.exists(latest, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(latest);
    }
    try {
      Files.createSymbolicLink(latest, path.getFileName());
    } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
      Files.writeString(latest, name() + System.lineSeparator());
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException at -> at.getFile() + " is a file";
      case FileSystemException at when at.getReason() != null -> String.valueOf(at.getReason());
      default -> ServerFailure.reason(e);
    };
  }
}
