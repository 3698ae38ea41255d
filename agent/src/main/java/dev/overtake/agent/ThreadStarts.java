// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a platform thread which a virtual thread starts has the priority of an ordinary
 * one.
 *
 * <p>The system gives a new thread the priority of the thread that makes it. A virtual thread that
 * has overstayed runs on a demoted carrier; a pool that it happens to make first would be demoted
 * for good. So {@code Thread.start} is rewritten: it hands the thread to the default scheduler, and
 * {@link DefaultScheduler} hands it here.
 */
final class ThreadStarts extends ClassRewriting {
  private static final String CLASS = "java/lang/Thread";
  private static final String NATIVE_START = "start0";
  private static final ClassDesc VIRTUAL_THREAD = ClassDesc.of("java.lang.VirtualThread");
  private static final ClassDesc EXECUTOR = Executor.class.describeConstable().orElseThrow();
  private static final ClassDesc RUNNABLE = Runnable.class.describeConstable().orElseThrow();
  private static final MethodTypeDesc EXECUTE =
      MethodTypeDesc.of(ClassDesc.ofDescriptor("V"), RUNNABLE);

  private final MethodHandle nativeStart;
  private final ThreadPoolExecutor starter;

  /**
   * Makes the thread that starts others.
   *
   * @throws ReflectiveOperationException if this JDK's threads are not started as known here
   */
  ThreadStarts() throws ReflectiveOperationException {
    super(CLASS);
    nativeStart =
        MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
            .findSpecial(
                Thread.class, NATIVE_START, MethodType.methodType(void.class), Thread.class);
    starter =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1024),
            Thread.ofPlatform().daemon().name("overtake-starter").factory(),
            new ThreadPoolExecutor.CallerRunsPolicy());
    boolean ignored = starter.prestartCoreThread();
  }

  /** What {@code Thread.start} now does instead of calling the native method, under its locks. */
  void start(Thread thread) {
    if (!Thread.currentThread().isVirtual()) {
      startHere(thread);
      return;
    }
    FutureTask<@Nullable Void> started = new FutureTask<>(() -> startHere(thread), null);
    starter.execute(started);
    boolean interrupted = false;
    while (true) {
      try {
        started.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error; // no threads left, as start() says it
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void startHere(Thread thread) {
    try {
      nativeStart.invokeExact(thread);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  @Nullable String differenceOf(ClassModel model) {
    List<String> starts =
        model.methods().stream()
            .filter(ThreadStarts::callsNativeStart)
            .map(method -> method.methodName().stringValue())
            .toList();
    return starts.equals(List.of("start", "start"))
        ? null
        : "Thread calls " + NATIVE_START + " in " + starts;
  }

  @Override
  byte[] rewrite(ClassFile format, ClassModel model) {
    return format.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            ThreadStarts::callsNativeStart,
            (code, element) -> {
              if (isNativeStart(element)) {
                // The thread is on the stack.
                code.invokestatic(VIRTUAL_THREAD, "defaultScheduler", MethodTypeDesc.of(EXECUTOR))
                    .swap()
                    .invokeinterface(EXECUTOR, "execute", EXECUTE);
              } else {
                code.with(element);
              }
            }));
  }

  private static boolean callsNativeStart(MethodModel method) {
    return method
        .code()
        .map(code -> code.elementStream().anyMatch(ThreadStarts::isNativeStart))
        .orElse(false);
  }

  private static boolean isNativeStart(Object element) {
    return element instanceof InvokeInstruction invoke
        && invoke.name().equalsString(NATIVE_START)
        && invoke.type().equalsString("()V");
  }
}
