// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every core from falling asleep while measurements run.
 *
 * <p>An idle processor of a virtual machine takes hundreds of microseconds to wake, which would
 * make the calm phase look worse than the loaded one. So one spinner a core runs all the time, in
 * every phase and beside every variant alike, at the lowest priority there is ({@code SCHED_IDLE})
 * and yielding early: it takes next to nothing even from a demoted carrier. But beside it a core
 * does not count as free for one either, so they {@link #pause} where only long requests run on
 * several cores. See decision 0051.
 *
 * <p>The spinners are children of this process and so in its session: in another scheduling group
 * they would compete with the server as a group.
 */
final class KeepAwake implements AutoCloseable {
  private final ChildProcesses children;
  private final List<Process> spinners = new ArrayList<>();
  private final CoreSet cores;
  private final String description;

  private KeepAwake(ChildProcesses children, CoreSet cores, String description) {
    this.children = children;
    this.cores = cores;
    this.description = description;
  }

  /** Starts no spinner. */
  static KeepAwake off(ChildProcesses children) {
    return off(children, "off: idle cores may fall asleep between requests");
  }

  private static KeepAwake off(ChildProcesses children, String description) {
    return new KeepAwake(children, CoreSet.first(0), description);
  }

  /** Starts a spinner on each of the cores, or none where the programs to do so are missing. */
  static KeepAwake on(ChildProcesses children, CoreSet cores) {
    if (!Programs.isThere("taskset", "--version") || !Programs.isThere("chrt", "--version")) {
      return off(children, "off: needs taskset and chrt; idle cores may fall asleep");
    }
    KeepAwake awake =
        new KeepAwake(
            children,
            cores,
            "one SCHED_IDLE spinner a core (%s), in all phases and beside all variants"
                .formatted(cores));
    try {
      awake.start();
    } catch (IOException e) {
      awake.close();
      return off(children, "off: " + e.getMessage());
    }
    return awake;
  }

  private void start() throws IOException {
    for (int core : cores.cores()) {
      spinners.add(
          children.start(
              new ProcessBuilder(command(core))
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .redirectError(ProcessBuilder.Redirect.DISCARD)));
    }
  }

  /** Ends the spinners until the pause is closed, which starts as many again. */
  Pause pause() {
    close();
    return this::start;
  }

  private static List<String> command(int core) {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", "" + core, "chrt", "-i", "0"));
    command.addAll(
        Samples.java(
            Spinner.class,
            List.of("-Xint", "-Xmx16m", "-XX:+UseSerialGC", "-XX:-UsePerfData"),
            List.of(Long.toString(ProcessHandle.current().pid()))));
    return command;
  }

  /** What keeps the cores awake, or why nothing does, in words for the report. */
  String describe() {
    return description;
  }

  int spinners() {
    return spinners.size();
  }

  /** Ends the spinners. Idempotent. */
  @Override
  public void close() {
    for (Process spinner : spinners) {
      children.stop(spinner, 0);
    }
    spinners.clear();
  }

  /** A time without spinners. */
  interface Pause extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}
