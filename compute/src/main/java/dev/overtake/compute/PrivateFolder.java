// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** A fresh folder that nobody but its owner can enter, for a pool's socket and memory. */
final class PrivateFolder implements AutoCloseable {
  /** What the kernel takes as a socket's address, on the least generous of systems. */
  private static final int LONGEST_ADDRESS_BYTES = 103;

  private final Path folder;

  private PrivateFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes one.
   *
   * @throws IOException if it is refused; the message says what and what to do
   */
  static PrivateFolder in(Path parent) throws IOException {
    try {
      PrivateFolder made =
          new PrivateFolder(
              Files.createTempDirectory(
                  parent,
                  "overtake-",
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rwx------"))));
      int length = made.socket().toString().getBytes(UTF_8).length;
      if (length > LONGEST_ADDRESS_BYTES) {
        made.close();
        throw new IOException(
            "name too long for a socket: %s has %d bytes and %d are allowed"
                .formatted(made.socket(), length, LONGEST_ADDRESS_BYTES));
      }
      return made;
    } catch (IOException e) {
      String why = e instanceof FileSystemException ? Descriptions.oneLine(e) : e.getMessage();
      throw new IOException(
          "process pool: no private folder in %s: %s; name another folder".formatted(parent, why),
          e);
    }
  }

  Path socket() {
    return folder.resolve("pool");
  }

  /** Where a second socket may be, for {@link Rehearsal}. */
  Path rehearsal() {
    return folder.resolve("rehearsal");
  }

  /** Where the memory shared with a worker is, until both have it. */
  Path rings(int worker) {
    return folder.resolve("rings-" + worker);
  }

  @Override
  public void close() throws IOException {
    remove(socket());
  }

  /** Removes the folder that has this socket, however far somebody else has got with that. */
  static void remove(Path socket) throws IOException {
    PrivateFolder around = new PrivateFolder(Objects.requireNonNull(socket.getParent()));
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(around.folder)) {
      for (Path file : inside) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException _) {
      return;
    }
    Files.deleteIfExists(around.folder);
  }
}
