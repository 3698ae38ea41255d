// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import dev.overtake.scheduler.Scheduler;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does what {@link Options} ask for when the JVM starts. */
final class Installation {
  /*
   * The order in which the JDK's scheduler is replaced:
   *
   *   1 VirtualThread has not been initialised: from then on its scheduler is a constant.
   *   2 Our pool lies under the key, an ordinary pool so far.
   *   3 createDefaultScheduler is rewritten to fetch it.
   *   4 The event loops start, which initialises VirtualThread.
   *   5 The pool has been fetched: it drives the event loops.
   *   6 Thread.start goes through the pool, see ThreadStarts.
   *   7 Reads from sockets go through the pool, see SocketReads.
   *   8 The JDK's pollers start, here: they inherit the priority and the scheduler of whoever is first
   *     to wait for a socket, and that might be an overstaying thread.
   *
   * Up to 3 nothing is touched. A failure after it leaves an ordinary pool.
   */
  private static final String KEY = "dev.overtake.agent.pool";

  private Installation() {}

  /** Called by {@link Agent}, through reflection. False if the options make no sense. */
  static boolean install(@Nullable String text, Instrumentation instrumentation) {
    Options options;
    try {
      options = Options.parse(text);
    } catch (IllegalArgumentException e) {
      say(e.getMessage());
      return false;
    }
    if (!TimeSharing.claim(options.mode())) {
      say("already at work in this JVM; this second one does nothing");
      return true;
    }
    if (options.mode() == Options.Mode.OBSERVE) {
      TimeSharing ignored = TimeSharing.begin(options);
      say("observes, and changes nothing");
      return true;
    }
    String obstacle = takeOver(options, instrumentation);
    if (obstacle != null) {
      TimeSharing ignored = TimeSharing.begin(options);
      say(
          obstacle
              + "; virtual threads stay on the JDK's scheduler, which gets more carriers while all"
              + " are occupied");
    }
    return true;
  }

  private static void say(@Nullable String line) {
    System.err.println("overtake-agent: " + line);
  }

  /**
   * Makes a scheduler of ours the JDK's own, or says that none is needed, or returns what is in the
   * way.
   */
  private static @Nullable String takeOver(Options options, Instrumentation instrumentation) {
    try {
      Rewriting rewriting = new Rewriting(KEY);
      grant(instrumentation);
      if (initialized(rewriting.target())) {
        return "virtual threads were in use before the agent, so name it before other agents";
      }
      if (!continuations()) {
        say(
            "nothing to do: without continuations (-XX:-VMContinuations) each virtual thread has an"
                + " OS thread, and the system shares time among them");
        return null;
      }
      ThreadStarts starts = new ThreadStarts();
      DefaultScheduler pool = new DefaultScheduler(starts);
      System.getProperties().put(KEY, pool);
      retransform(instrumentation, rewriting);
      if (rewriting.difference() != null) {
        return differentJdk(rewriting.difference());
      }
      Scheduler scheduler = options.scheduler().build();
      if (System.getProperties().containsKey(KEY)) {
        scheduler.close();
        return "virtual threads were in use before the agent was ready";
      }
      pool.drive(scheduler);
      retransform(instrumentation, starts);
      SocketReads channels = SocketReads.ofChannels();
      retransform(instrumentation, channels);
      SocketReads sockets = SocketReads.ofSockets();
      retransform(instrumentation, sockets);
      Class<?> ignored = Class.forName("sun.nio.ch.Poller", true, null);
      List<String> missing = new ArrayList<>();
      if (starts.difference() != null) {
        missing.add("platform threads that an overstaying thread starts stay as demoted as it is");
      }
      if (channels.difference() != null || sockets.difference() != null) {
        missing.add("a thread whose peer is always quick overstays");
      }
      say(
          "protects with "
              + scheduler.figures().eventLoops()
              + " event loops"
              + (missing.isEmpty()
                  ? ""
                  : "; but on this JDK, "
                      + Runtime.version()
                      + ", "
                      + String.join(", and ", missing)));
      return null;
    } catch (ReflectiveOperationException | UnmodifiableClassException | LinkageError e) {
      return differentJdk(e.toString());
    } catch (UncheckedIOException | UnsupportedOperationException | OutOfMemoryError e) {
      return "the event loops cannot start: " + e.getMessage();
    } finally {
      System.getProperties().remove(KEY);
    }
  }

  private static void retransform(Instrumentation instrumentation, ClassRewriting rewriting)
      throws ClassNotFoundException, UnmodifiableClassException {
    instrumentation.addTransformer(rewriting, true);
    try {
      instrumentation.retransformClasses(rewriting.target());
    } finally {
      boolean ignored = instrumentation.removeTransformer(rewriting);
    }
  }

  private static String differentJdk(@Nullable String difference) {
    return "this JDK, " + Runtime.version() + ", is not made as the agent knows it: " + difference;
  }

  /** What flags would give otherwise, but for two modules of ours alone. */
  private static void grant(Instrumentation instrumentation) throws ReflectiveOperationException {
    Set<Module> own = Set.of(Installation.class.getModule());
    Module scheduler = Scheduler.class.getModule();
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of("jdk.internal.access", own, "jdk.internal.misc", own, "jdk.internal.vm", own),
        Map.of("java.lang", Set.of(scheduler, Installation.class.getModule())),
        Set.of(),
        Map.of());
    Object access =
        Class.forName("jdk.internal.access.SharedSecrets")
            .getMethod("getJavaLangAccess")
            .invoke(null);
    Object ignored =
        Class.forName("jdk.internal.access.JavaLangAccess")
            .getMethod("addEnableNativeAccess", Module.class)
            .invoke(access, scheduler);
  }

  private static boolean continuations() throws ReflectiveOperationException {
    return (boolean)
        Class.forName("jdk.internal.vm.ContinuationSupport").getMethod("isSupported").invoke(null);
  }

  private static boolean initialized(Class<?> type) throws ReflectiveOperationException {
    Class<?> unsafe = Class.forName("jdk.internal.misc.Unsafe");
    Object instance = unsafe.getMethod("getUnsafe").invoke(null);
    return !(boolean) unsafe.getMethod("shouldBeInitialized", Class.class).invoke(instance, type);
  }
}
