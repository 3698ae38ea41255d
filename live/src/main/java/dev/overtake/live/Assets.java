// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The files of the page, which lie beside the classes. */
final class Assets {
  private Assets() {}

  static byte[] bytes(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("a part of the live module is missing: name=" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
