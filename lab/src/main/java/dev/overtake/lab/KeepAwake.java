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
 * and always yielding: it takes nothing even from a demoted carrier. See decision 0051.
 *
 * <p>The spinners are children of this process and so in its session: in another scheduling group
 * they would compete with the server as a group.
 */
final class KeepAwake implements AutoCloseable {
  private final ChildProcesses children;
  private final List<Process> spinners = new ArrayList<>();
  private final String description;

  private KeepAwake(ChildProcesses children, String description) {
    this.children = children;
    this.description = description;
  }

  /** Starts no spinner. */
  static KeepAwake off(ChildProcesses children) {
    return new KeepAwake(children, "off: idle cores may fall asleep between requests");
  }

  /** Starts a spinner on each of the cores, or none where the programs to do so are missing. */
  static KeepAwake on(ChildProcesses children, CoreSet cores) {
    if (!Programs.isThere("taskset", "--version") || !Programs.isThere("chrt", "--version")) {
      return new KeepAwake(
          children, "off: needs taskset and chrt; idle cores may fall asleep between requests");
    }
    KeepAwake awake =
        new KeepAwake(
            children,
            "one SCHED_IDLE spinner a core (%s), in all phases and beside all variants"
                .formatted(cores));
    try {
      for (int core : cores.cores()) {
        awake.spinners.add(
            children.start(
                new ProcessBuilder(command(core))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)));
      }
    } catch (IOException e) {
      awake.close();
      return new KeepAwake(children, "off: " + e.getMessage());
    }
    return awake;
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
}
