// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives Ctrl-C and SIGTERM a meaning of our own.
 *
 * <p>The JVM's answer to them is to run the shutdown hooks and to exit with 130 or 143. A hook
 * could stop a server too, but to exit with 0 it would have to halt the JVM under the other hooks,
 * the one that completes a flight recording among them.
 */
final class StopSignal {
  /** As a shell reports a process that Ctrl-C has ended. */
  private static final int INTERRUPTED = 130;

  private final Runnable action;
  private final AtomicBoolean received = new AtomicBoolean();

  private StopSignal(Runnable action) {
    this.action = action;
  }

  /**
   * Runs the action, on a thread of its own, at the first Ctrl-C or SIGTERM; the second one ends
   * the process there and then.
   */
  static void onStop(Runnable action) {
    Runnable receive = new StopSignal(action)::receive;
    try {
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(receive);
      // By reflection because javac warns of these types and cannot be told that we know.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      for (String name : new String[] {"INT", "TERM"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
      }
    } catch (ReflectiveOperationException e) {
      // With -Xrs, for one, the signals are not ours to take, and the JVM's answer must do.
      System.getLogger(StopSignal.class.getName())
          .log(System.Logger.Level.DEBUG, "signals stay with the JVM", e);
    }
  }

  private void receive() {
    if (received.compareAndSet(false, true)) {
      action.run();
    } else {
      Runtime.getRuntime().halt(INTERRUPTED);
    }
  }
}
