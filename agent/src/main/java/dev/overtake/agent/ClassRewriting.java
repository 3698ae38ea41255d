// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites one class of {@code java.base}, if it is made as the subclass knows it. Otherwise it is
 * left alone, and {@link #difference} says what is different.
 */
abstract class ClassRewriting implements ClassFileTransformer {
  private final String name;
  private volatile @Nullable String difference;

  /** For the class of that name, with slashes. */
  ClassRewriting(String name) {
    this.name = name;
    difference = "the JVM has not shown its class " + simpleName();
  }

  /** The class that is rewritten; not initialised by this. */
  final Class<?> target() throws ClassNotFoundException {
    return Class.forName(name.replace('/', '.'), false, null);
  }

  /** In words that follow "this JDK: ", or null. */
  abstract @Nullable String differenceOf(ClassModel model);

  /** Rewrites a class that has no difference. */
  abstract byte[] rewrite(ClassFile format, ClassModel model);

  /** What keeps the class from being rewritten, or null if it was. */
  final @Nullable String difference() {
    return difference;
  }

  @Override
  public final byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    if (loader != null || !className.equals(name)) {
      return null;
    }
    try {
      ClassFile format = ClassFile.of();
      ClassModel model = format.parse(classFile);
      String found = differenceOf(model);
      byte[] rewritten = found == null ? rewrite(format, model) : null;
      difference = found;
      return rewritten;
    } catch (IllegalArgumentException | IllegalStateException e) {
      difference = "its class " + simpleName() + " is not understood: " + e;
      return null;
    }
  }

  private String simpleName() {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
