// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters the agent: {@code java -javaagent:overtake-agent.jar[=OPTIONS] -jar
 * app.jar}.
 *
 * <p>In the agent's jar this class and {@link NestedModules} lie on the application's class path,
 * as the JVM wants it. All the rest lies in modules nested in the jar, where the application
 * neither sees it nor, should it bring a version of its own, replaces it.
 */
public final class Agent {
  private Agent() {}

  /**
   * Called by the JVM before the application's {@code main}. If the options make no sense, says so
   * in one line and ends the JVM with status 2, as the JVM itself does not start with an option it
   * does not know. Any other obstacle is told in one line, and the application starts.
   *
   * @param options what follows the {@code =}, or null
   * @param instrumentation the JVM's
   */
  public static void premain(String options, Instrumentation instrumentation) {
    if (!install(options, instrumentation)) {
      System.exit(2);
    }
  }

  /**
   * Called by the JVM when the agent is loaded into a running program, or by the {@code
   * Launcher-Agent-Class} of an application's manifest. As {@link #premain}, but options that make
   * no sense are only told.
   *
   * @param options the options, or null
   * @param instrumentation the JVM's
   */
  public static void agentmain(String options, Instrumentation instrumentation) {
    boolean ignored = install(options, instrumentation);
  }

  /** False if the options make no sense. */
  private static boolean install(@Nullable String options, Instrumentation instrumentation) {
    try {
      ModuleLayer.Controller modules = NestedModules.load();
      Module own = modules.layer().findModule("dev.overtake.agent").orElseThrow();
      modules.addOpens(own, Agent.class.getPackageName(), Agent.class.getModule());
      Method install =
          Class.forName(own, Agent.class.getPackageName() + ".Installation")
              .getDeclaredMethod("install", String.class, Instrumentation.class);
      install.setAccessible(true);
      return (boolean) install.invoke(null, options, instrumentation);
    } catch (Exception | LinkageError e) {
      // Whatever it is, it must not keep the application from starting.
      System.err.println("overtake-agent: cannot start, virtual threads get no time sharing: " + e);
      return true;
    }
  }
}
