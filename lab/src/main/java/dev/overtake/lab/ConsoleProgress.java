// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Shows progress on a console: on a terminal one line with a bar and the remaining time, rewritten
 * every second; elsewhere a plain line a step.
 *
 * <p>Thread-safe. Close it before printing anything else.
 */
public final class ConsoleProgress implements ProgressListener, AutoCloseable {
  private static final int BAR_WIDTH = 24;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  // Below: guarded by the lock.
  private boolean closed;
  private boolean lineOpen;
  private int number;
  private int of;
  private String label = "";
  private String seen = "";
  private long endNanos;
  private long expectedNanos;

  /**
   * Shows progress on this stream.
   *
   * @param out where, as a rule the standard error
   * @param terminal whether lines can be rewritten there
   */
  public ConsoleProgress(PrintWriter out, boolean terminal) {
    this(out, terminal, System::nanoTime);
  }

  ConsoleProgress(PrintWriter out, boolean terminal, LongSupplier nanoClock) {
    this.out = out;
    this.terminal = terminal;
    this.nanoClock = nanoClock;
    if (terminal) {
      Thread.ofPlatform().daemon().name("progress").start(this::tick);
    }
  }

  /**
   * Shows progress on the standard error, rewriting the line if that is a terminal.
   *
   * @param err writes to the standard error
   * @return to be closed by the caller
   */
  public static ConsoleProgress onStandardError(PrintWriter err) {
    return new ConsoleProgress(err, standardErrorIsTerminal());
  }

  @Override
  public void step(int number, int of, String label, Duration remaining) {
    locked(() -> {
      this.number = number;
      this.of = of;
      this.label = label;
      seen = "";
      endNanos = nanoClock.getAsLong() + remaining.toNanos();
      expectedNanos = Math.max(expectedNanos, remaining.toNanos());
      if (terminal) {
        rewrite();
      } else {
        out.printf("[%d/%d] %s, %s left%n", number, of, label, clock(remaining.toNanos()));
        out.flush();
      }
    });
  }

  @Override
  public void detail(String seen) {
    locked(() -> {
      this.seen = "  " + seen;
      if (terminal) {
        rewrite();
      }
    });
  }

  @Override
  public void note(String line) {
    locked(() -> {
      erase();
      out.println(line);
      out.flush();
    });
  }

  @Override
  public void done(Duration took) {
    locked(() -> {
      erase();
      of = 0;
      out.printf("measured for %s%n", clock(took.toNanos()));
      out.flush();
    });
  }

  /** Erases the line and shows nothing more. Idempotent. */
  @Override
  public void close() {
    locked(() -> {
      closed = true;
      erase();
      closing.signalAll();
    });
  }

  private void tick() {
    lock.lock();
    try {
      while (!closed) {
        if (of > 0) {
          rewrite();
        }
        long _ = closing.awaitNanos(TimeUnit.SECONDS.toNanos(1));
      }
    } catch (InterruptedException nobodyInterruptsThis) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void rewrite() {
    long remaining = Math.max(0, endNanos - nanoClock.getAsLong());
    int filled =
        expectedNanos == 0 ? 0 : (int) (BAR_WIDTH * (expectedNanos - remaining) / expectedNanos);
    out.printf(
        "%s%s%s %d/%d %s left  %s%s",
        ERASE_LINE,
        "█".repeat(filled),
        "░".repeat(BAR_WIDTH - filled),
        number,
        of,
        clock(remaining),
        label,
        seen);
    out.flush();
    lineOpen = true;
  }

  private void erase() {
    if (lineOpen) {
      out.print(ERASE_LINE);
      out.flush();
      lineOpen = false;
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private static String clock(long nanos) {
    long seconds = Math.round(nanos / 1e9);
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  private static boolean standardErrorIsTerminal() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException noProcFileSystem) {
      // Java itself tells of standard input and output only; plain lines are right anywhere.
      return false;
    }
  }
}
