// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.DEBUG;

/** The signals that a terminal or a service manager sends to a whole group of processes. */
final class Signals {
  private Signals() {}

  /**
   * Ignores them from now on. The parent gets them too, and it may want to finish what its workers
   * are doing: they end when it says so, or when it is gone.
   */
  static void leaveToParent() {
    try {
      // By reflection because javac warns of these types and cannot be told that we know.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ignore = handler.getField("SIG_IGN").get(null);
      for (String name : new String[] {"INT", "TERM", "HUP"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), ignore);
      }
    } catch (ReflectiveOperationException e) {
      // With -Xrs, for one: then such a signal ends the worker, and its task fails.
      System.getLogger(Signals.class.getName()).log(DEBUG, "signals stay with the JVM", e);
    }
  }
}
