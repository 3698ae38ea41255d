// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives Ctrl-C, SIGTERM and others a meaning of our own.
 *
 * <p>The JVM's answer to them is to run the shutdown hooks and to exit with 130 or 143. A hook
 * could stop a server too, but to exit with 0 it would have to halt the JVM under the other hooks,
 * the one that completes a flight recording among them.
 */
final class Signals {
  /** As a shell reports a process that Ctrl-C has ended. */
  private static final int INTERRUPTED = 130;

  private Signals() {}

  /**
   * Runs the action, on a thread of its own, at the first Ctrl-C or SIGTERM; the second one runs
   * the other action and ends the process there and then.
   */
  static void onStop(Runnable action, Runnable atOnce) {
    AtomicBoolean received = new AtomicBoolean();
    Runnable receive =
        () -> {
          if (received.compareAndSet(false, true)) {
            action.run();
          } else {
            atOnce.run();
            Runtime.getRuntime().halt(INTERRUPTED);
          }
        };
    on("INT", receive);
    on("TERM", receive);
  }

  /** Runs the action, on a thread of its own, whenever the signal of that name comes. */
  static void on(String name, Runnable action) {
    try {
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      // By reflection because javac warns of these types and cannot be told that we know.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
    } catch (ReflectiveOperationException e) {
      // With -Xrs, for one, the signals are not ours to take, and the JVM's answer must do.
      System.getLogger(Signals.class.getName())
          .log(System.Logger.Level.DEBUG, "signals stay with the JVM", e);
    }
  }
}
