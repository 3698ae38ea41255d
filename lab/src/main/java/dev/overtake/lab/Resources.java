// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The programs in Python that come with the lab. */
final class Resources {
  private Resources() {}

  /** Copies a program into a directory, where readers of the results find it. */
  static Path copy(String name, Path directory) throws IOException {
    Path copy = directory.resolve(name);
    try (InputStream source = Resources.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(source, name), copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }
}
