// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectStreamClass;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Tells whether two machines have the same version of a task's class.
 *
 * <p>Java's serialization compares versions, but not those of records and lambdas. So a class that
 * declares no {@code serialVersionUID} is compared by its class file as well. Whoever declares one
 * answers for what it means.
 */
final class ClassVersions {
  /** For classes of the JDK, and those whose file can't be had: no comparison. */
  static final long UNKNOWN = 0;

  private static final ClassValue<Long> KNOWN =
      new ClassValue<>() {
        @Override
        protected Long computeValue(Class<?> type) {
          return compute(type);
        }
      };

  private ClassVersions() {}

  static long of(Object work) {
    return KNOWN.get(work.getClass());
  }

  /**
   * Compares a task with what its sender said of it.
   *
   * @throws InvalidClassException if its class is another one here
   */
  static void check(Object work, long theirs) throws InvalidClassException {
    if (theirs == UNKNOWN) {
      return;
    }
    long ours = of(work);
    if (ours != UNKNOWN && ours != theirs) {
      throw new InvalidClassException(
          "task can't be read by its worker: class %s is another version here than at its sender;"
                  .formatted(work.getClass().getName())
              + " give both the same jar");
    }
  }

  private static long compute(Class<?> type) {
    if (type.getClassLoader() == null || declaresVersion(type)) {
      ObjectStreamClass description = ObjectStreamClass.lookup(type);
      return description == null ? UNKNOWN : description.getSerialVersionUID();
    }
    // A lambda has no file of its own; that of the class around it tells.
    Class<?> filed = type.isHidden() ? type.getNestHost() : type;
    String name = filed.getName().substring(filed.getPackageName().length()).replace(".", "");
    try (InputStream file = filed.getResourceAsStream(name + ".class")) {
      if (file == null) {
        return UNKNOWN;
      }
      byte[] bytes = file.readAllBytes();
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      return sum.getValue() << Integer.SIZE | bytes.length;
    } catch (IOException _) {
      return UNKNOWN; // a jar that can't be read any more; serialization still compares
    }
  }

  private static boolean declaresVersion(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .anyMatch(field -> field.getName().equals("serialVersionUID"));
  }
}
