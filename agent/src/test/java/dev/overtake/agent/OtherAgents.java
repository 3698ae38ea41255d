// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Agents that are named before ours. */
final class OtherAgents {
  private OtherAgents() {}

  /** Uses a virtual thread. */
  static final class Early {
    public static void premain(@Nullable String options) throws InterruptedException {
      Thread.ofVirtual().start(() -> {}).join();
    }
  }

  /** Changes the JDK's class a little. */
  static final class Changing implements ClassFileTransformer {
    public static void premain(@Nullable String options, Instrumentation instrumentation) {
      instrumentation.addTransformer(new Changing(), true);
    }

    @Override
    public byte @Nullable [] transform(
        @Nullable ClassLoader loader,
        String className,
        @Nullable Class<?> redefined,
        @Nullable ProtectionDomain domain,
        byte[] classFile) {
      return className.equals(Rewriting.CLASS) ? withAnotherCall(classFile) : null;
    }
  }

  /** The class, in which createDefaultScheduler calls something more of ForkJoinPool. */
  static byte[] withAnotherCall(byte[] classFile) {
    ClassDesc pool = ClassDesc.of("java.util.concurrent.ForkJoinPool");
    ClassFile format = ClassFile.of();
    return format.transformClass(
        format.parse(classFile),
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString("createDefaultScheduler"),
            new CodeTransform() {
              @Override
              public void atStart(CodeBuilder code) {
                code.invokestatic(pool, "commonPool", MethodTypeDesc.of(pool)).pop();
              }

              @Override
              public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
              }
            }));
  }

  /** Writes a jar that makes an agent of one of these classes. */
  static String flag(Path folder, Class<?> agent) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", agent.getName());
    attributes.putValue("Can-Retransform-Classes", "true");
    Path jar = folder.resolve(agent.getSimpleName() + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(out, manifest)) {
      classes.putNextEntry(new JarEntry("empty"));
      classes.closeEntry();
    }
    return "-javaagent:" + jar; // its class is on the tests' class path
  }

  static byte[] virtualThread() throws IOException {
    try (InputStream in = Object.class.getResourceAsStream("VirtualThread.class")) {
      if (in == null) {
        throw new IOException("no class file of VirtualThread");
      }
      return in.readAllBytes();
    }
  }
}
