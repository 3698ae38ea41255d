// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All processes that the lab has started, so that none outlives it.
 *
 * <p>Three nets, each for what slips through the one before: {@link #close()} at the end of the
 * run; a shutdown hook for Ctrl-C and SIGTERM; and for the lab being killed outright a guard, a
 * shell that reads the numbers of the living from a pipe and, when the pipe ends, kills what is
 * left on its list. Where there is no {@code sh} the third net is missing.
 *
 * <p>Thread-safe.
 */
final class ChildProcesses implements AutoCloseable {
  /* The terminal sends its Ctrl-C to the whole group; the guard must see it through. */
  private static final String GUARD =
      """
      trap '' INT TERM HUP
      living=' '
      while read -r verb id; do
        case $verb in
          add) living="$living$id " ;;
          drop) living="${living%% $id *} ${living#* $id }" ;;
        esac
      done
      for id in $living; do kill -9 "$id" 2>/dev/null; done
      """;

  private static final long FORCED_END_MILLIS = 5_000;

  private final Set<Process> living = ConcurrentHashMap.newKeySet();
  private final Thread hook = new Thread(this::endAll, "end-child-processes");
  private final @Nullable Process guard;
  private volatile boolean ending; // pairs with its read in start()

  ChildProcesses() {
    guard = startGuard();
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a process that ends with the lab at the latest.
   *
   * @throws IOException if the command cannot be started, or all processes are being ended; nothing
   *     is left
   */
  Process start(ProcessBuilder command) throws IOException {
    Process child = command.start();
    living.add(child);
    tellGuard("add", child);
    // Pairs with the write in endAll(): it sees this one among the living, or is seen here.
    if (ending) {
      stop(child, 0);
      throw new IOException("all processes are being ended");
    }
    return child;
  }

  /** Whether all processes are being ended, or have been: by {@link #close()} or a signal. */
  boolean ending() {
    return ending;
  }

  /**
   * Asks the process to end, waits for the grace time, then ends it and its descendants by force.
   * If the thread is interrupted there is no grace, and it stays interrupted. Idempotent.
   */
  void stop(Process child, long graceMillis) {
    Set<ProcessHandle> descendants = child.descendants().collect(Collectors.toSet());
    child.toHandle().destroy(); // its own destroy() would close the output: last words count
    if (!awaitEnd(child, graceMillis)) {
      child.descendants().forEach(descendants::add); // those it has started since
      child.destroyForcibly();
      awaitEnd(child, FORCED_END_MILLIS);
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
    forget(child);
  }

  /** How many have been started and neither stopped nor ended. */
  long living() {
    return living.stream().filter(Process::isAlive).count();
  }

  /** Ends every process by force and waits for their ends. Idempotent. */
  @Override
  public void close() {
    endAll();
    for (Process child : living) {
      awaitEnd(child, FORCED_END_MILLIS);
      forget(child);
    }
    dismissGuard();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook is running or about to: it finds nothing left to end.
      return;
    }
  }

  private void forget(Process child) {
    // Once only: the guard's way of taking a number off its list expects to find it there.
    if (living.remove(child)) {
      tellGuard("drop", child);
    }
  }

  private void endAll() {
    ending = true;
    for (Process child : living) {
      child.descendants().forEach(ProcessHandle::destroyForcibly);
      child.destroyForcibly();
    }
  }

  /** Waits; false if the process has not ended in time, or the thread is interrupted. */
  private static boolean awaitEnd(Process child, long withinMillis) {
    try {
      return child.waitFor(withinMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static @Nullable Process startGuard() {
    try {
      return new ProcessBuilder("sh", "-c", GUARD)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException noShell) {
      return null;
    }
  }

  private void dismissGuard() {
    if (guard == null) {
      return;
    }
    try {
      guard.getOutputStream().close();
    } catch (IOException alreadyGone) {
      guard.destroyForcibly();
    }
    awaitEnd(guard, FORCED_END_MILLIS);
  }

  private synchronized void tellGuard(String verb, Process child) {
    if (guard == null) {
      return;
    }
    try {
      OutputStream list = guard.getOutputStream();
      list.write((verb + " " + child.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
      list.flush();
    } catch (IOException guardGone) {
      // Somebody ended the guard: the other two nets remain.
      return;
    }
  }
}
