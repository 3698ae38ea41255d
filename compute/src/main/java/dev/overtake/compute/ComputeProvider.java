// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.nio.file.Path;
import java.util.List;

/**
 * A compute that another module brings along, found by {@link java.util.ServiceLoader} when its
 * name is first asked for. Thread-safe.
 */
public interface ComputeProvider {
  /**
   * Returns the name that spellings begin with.
   *
   * @return a word, for example {@code cluster}
   */
  String name();

  /**
   * Returns how it is spelled.
   *
   * @return without blanks, for help texts
   */
  String choice();

  /**
   * Makes a compute. Nothing is started yet.
   *
   * @param spelling from the name on; the rest is the provider's alone, commas included
   * @param classPath folders and jars, beside those of this process
   * @return a fresh compute, not yet started
   * @throws IllegalArgumentException if it can't be understood; the message says in one line what
   */
  Compute parse(String spelling, List<Path> classPath);
}
