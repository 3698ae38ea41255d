// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program of its own: one thread does something long again and again, another says hello on a
 * beat, and a third has the JVM stop all threads now and then, as a garbage collection does. To be
 * run with the JVM's log of safepoints on its standard output.
 */
final class SafepointProbe {
  private static final String MEASURING = "measuring";
  private static final String SILENCE = "longest silence: ";
  private static final Pattern SAFEPOINT =
      Pattern.compile("Safepoint \"ThreadDump\", .*Reaching safepoint: *(\\d+) ns,");
  private static final Duration WARMUP = Duration.ofMillis(500);
  private static final long BEAT_MILLIS = 2;
  private static final long DUMP_MILLIS = 15;
  private static final int ITERATIONS = 1 << 28;
  private static final int COPIED_BYTES = 1 << 27;

  @SuppressWarnings("unused") // keeps the compiler from leaving the work out
  private static volatile long result;

  /** What the JVM is kept from stopping by, and with which options. */
  enum Operation {
    /** The compiler puts no poll into it, unless told to: not told by this collector. */
    LOOP_WITHOUT_POLLS("counted loop, Serial collector", "-XX:+UseSerialGC"),
    /** The same loop: this collector has it cut into pieces with a poll behind each. */
    LOOP_WITH_POLLS("the same loop, G1 collector", "-XX:+UseG1GC"),
    /** A single call, with no poll inside whatever the collector. */
    ARRAY_COPY("System.arraycopy of 128 MiB, G1 collector", "-XX:+UseG1GC");

    private final String title;
    private final String option;

    Operation(String title, String option) {
      this.title = title;
      this.option = option;
    }

    String title() {
      return title;
    }

    /** The words that start this program. */
    List<String> command(Duration duration) {
      return Samples.java(
          SafepointProbe.class,
          List.of(option, "-Xmx600m", "-Xlog:safepoint=info:stdout"),
          List.of(name(), Long.toString(duration.toMillis())));
    }

    private Runnable work() {
      if (this != ARRAY_COPY) {
        return () -> result = loop(ITERATIONS);
      }
      byte[] from = new byte[COPIED_BYTES];
      byte[] to = new byte[COPIED_BYTES];
      Arrays.fill(to, (byte) 1); // or its pages would be made while they are copied
      return () -> {
        System.arraycopy(from, 0, to, 0, COPIED_BYTES);
        result = to[1];
      };
    }
  }

  private SafepointProbe() {}

  /**
   * Runs it.
   *
   * @param arguments the operation's name and how long to measure, in milliseconds
   */
  public static void main(String[] arguments) throws InterruptedException {
    Runnable work = Operation.valueOf(arguments[0]).work();
    long beginNanos = System.nanoTime();
    long endNanos = beginNanos + Duration.ofMillis(Long.parseLong(arguments[1])).toNanos();
    long warmNanos = WARMUP.toNanos();
    Thread worker =
        Thread.ofPlatform()
            .name("worker")
            .start(() -> {
              while (System.nanoTime() - endNanos - warmNanos < 0) {
                work.run();
              }
            });
    Thread.sleep(WARMUP);
    System.out.println(MEASURING);
    Thread hello = Thread.ofPlatform().name("hello").start(() -> sayHelloBeside(worker));
    while (worker.isAlive()) {
      Thread.sleep(DUMP_MILLIS);
      Thread.getAllStackTraces(); // for which the JVM stops all threads
    }
    hello.join();
  }

  private static void sayHelloBeside(Thread worker) {
    long longestNanos = 0;
    long lastNanos = System.nanoTime();
    try {
      while (worker.isAlive()) {
        Thread.sleep(BEAT_MILLIS);
        long nowNanos = System.nanoTime();
        longestNanos = Math.max(longestNanos, nowNanos - lastNanos);
        lastNanos = nowNanos;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
    System.out.println(SILENCE + longestNanos);
  }

  private static long loop(int iterations) {
    long sum = 0;
    for (int i = 0; i < iterations; i++) {
      sum = sum * 31 + i;
    }
    return sum;
  }

  /**
   * What one run of the program showed.
   *
   * @param reachingSeconds for each safepoint, how long it took until all threads had stopped
   * @param silenceSeconds the longest time between two hellos; NaN if the program did not say
   */
  record Seen(List<Double> reachingSeconds, double silenceSeconds) {
    static Seen in(String printed) {
      List<Double> reaching = new ArrayList<>();
      double silence = Double.NaN;
      for (String line :
          printed.substring(Math.max(0, printed.indexOf(MEASURING))).lines().toList()) {
        Matcher safepoint = SAFEPOINT.matcher(line);
        if (safepoint.find()) {
          reaching.add(Long.parseLong(safepoint.group(1)) / 1e9);
        } else if (line.startsWith(SILENCE)) {
          silence = Long.parseLong(line.substring(SILENCE.length())) / 1e9;
        }
      }
      return new Seen(reaching, silence);
    }

    double longestReachingSeconds() {
      return reachingSeconds.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }
  }
}
