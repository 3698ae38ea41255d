// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes each read from a socket of the JDK a place at which a virtual thread lets others run, if it
 * has had its event loop for long enough.
 *
 * <p>A thread that serves a connection waits in reads. If its peer is quick, the next request is
 * there whenever it reads, and it never waits: it overstays although each request is short. Once on
 * a demoted carrier it finds every peer quick, and would stay there. So the reads are rewritten:
 * each first hands its thread to the default scheduler, and {@link DefaultScheduler} asks whether a
 * yield is due.
 */
final class SocketReads extends ClassRewriting {
  private static final ClassDesc THREAD = Thread.class.describeConstable().orElseThrow();
  private static final ClassDesc EXECUTOR = Executor.class.describeConstable().orElseThrow();
  private static final ClassDesc RUNNABLE = Runnable.class.describeConstable().orElseThrow();
  private static final ClassDesc ACCESS = ClassDesc.of("jdk.internal.access.JavaLangAccess");
  private static final ClassDesc SECRETS = ClassDesc.of("jdk.internal.access.SharedSecrets");

  private final Set<String> reads;

  private SocketReads(String name, Set<String> reads) {
    super(name);
    this.reads = reads;
  }

  /** Of {@link java.nio.channels.SocketChannel}. */
  static SocketReads ofChannels() {
    return new SocketReads(
        "sun/nio/ch/SocketChannelImpl",
        Set.of(
            "read(Ljava/nio/ByteBuffer;)I",
            "read([Ljava/nio/ByteBuffer;II)J",
            "blockingRead([BIIJ)I")); // through its socket()
  }

  /** Of {@link java.net.Socket}. */
  static SocketReads ofSockets() {
    return new SocketReads("sun/nio/ch/NioSocketImpl", Set.of("read([BII)I"));
  }

  @Override
  @Nullable String differenceOf(ClassModel model) {
    Set<String> missing = new TreeSet<>(reads);
    for (MethodModel method : model.methods()) {
      if (method.code().isPresent()) {
        missing.remove(spelling(method));
      }
    }
    return missing.isEmpty() ? null : "its sockets have no " + String.join(", no ", missing);
  }

  @Override
  byte[] rewrite(ClassFile format, ClassModel model) {
    return format.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            method -> reads.contains(spelling(method)), CodeTransform.ofStateful(AtBegin::new)));
  }

  private static String spelling(MethodModel method) {
    return method.methodName().stringValue() + method.methodType().stringValue();
  }

  /** Writes {@code if (current thread is virtual) default scheduler.execute(current thread)}. */
  private static final class AtBegin implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      code.invokestatic(THREAD, "currentThread", MethodTypeDesc.of(THREAD))
          .invokevirtual(THREAD, "isVirtual", MethodTypeDesc.of(ConstantDescs.CD_boolean))
          .ifThen(then ->
              then.invokestatic(SECRETS, "getJavaLangAccess", MethodTypeDesc.of(ACCESS))
                  .invokeinterface(
                      ACCESS, "virtualThreadDefaultScheduler", MethodTypeDesc.of(EXECUTOR))
                  .invokestatic(THREAD, "currentThread", MethodTypeDesc.of(THREAD))
                  .invokeinterface(
                      EXECUTOR, "execute", MethodTypeDesc.of(ConstantDescs.CD_void, RUNNABLE)));
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
