// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CPU time that others took during the run: the hypervisor (stolen) and other processes (foreign).
 *
 * @param stolenShare of all cores' time, from 0 to 1
 * @param foreignShare of all cores' time, from 0 to 1
 * @param known whether the system told; both shares are 0 if not
 */
record Disturbance(double stolenShare, double foreignShare, boolean known) {
  private static final double TOLERATED_STOLEN = 0.02;
  private static final double TOLERATED_FOREIGN = 0.05;
  private static final double TOLERATED_LOAD_PER_CORE = 0.5;

  static final Disturbance UNKNOWN = new Disturbance(0, 0, false);

  /** What must be said beside the figures; empty if the machine was ours alone. */
  List<String> warnings(Machine machine) {
    List<String> warnings = new ArrayList<>();
    if (machine.loadAverage() > TOLERATED_LOAD_PER_CORE * machine.cores()) {
      warnings.add(
          "the machine was busy when the run began: load average %.1f on %d cores"
              .formatted(machine.loadAverage(), machine.cores()));
    }
    if (foreignShare > TOLERATED_FOREIGN) {
      warnings.add(
          "other processes took %s of the CPU time during the run"
              .formatted(Wording.percent(foreignShare)));
    }
    if (stolenShare > TOLERATED_STOLEN) {
      warnings.add(
          "the hypervisor took %s of the CPU time during the run (steal)"
              .formatted(Wording.percent(stolenShare)));
    }
    return warnings;
  }

  /** Reads of the kernel's CPU time accounts, in clock ticks since boot. */
  record Reading(long total, long idle, long stolen, long ours) {
    /* Columns of the first line of /proc/stat; guest time is contained in user time. */
    private static final int IDLE = 3;
    private static final int IOWAIT = 4;
    private static final int STEAL = 7;
    private static final int COLUMNS = 8;
    /* Fields of /proc/self/stat behind the name: own user and system time, then that of children
     * which have ended and been waited for. */
    private static final int FIRST_OWN_TIME = 11;
    private static final int OWN_TIMES = 4;

    /** The accounts at present; empty where the system keeps none. */
    static Optional<Reading> now() {
      try {
        String[] cpu =
            Files.readAllLines(Path.of("/proc/stat"))
                .getFirst()
                .replaceFirst("cpu\\s+", "")
                .split(" ", -1);
        String self = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ", -1);
        long total = 0;
        for (int column = 0; column < COLUMNS; column++) {
          total += Long.parseLong(cpu[column]);
        }
        long ours = 0;
        for (int i = 0; i < OWN_TIMES; i++) {
          ours += Long.parseLong(fields[FIRST_OWN_TIME + i]);
        }
        return Optional.of(
            new Reading(
                total,
                Long.parseLong(cpu[IDLE]) + Long.parseLong(cpu[IOWAIT]),
                Long.parseLong(cpu[STEAL]),
                ours));
      } catch (IOException notLinux) {
        return Optional.empty();
      }
    }

    /** What happened from this reading to that one; our processes must have ended by then. */
    Disturbance until(Reading later) {
      double passed = later.total - total;
      if (passed <= 0) {
        return UNKNOWN;
      }
      double stolenTicks = later.stolen - stolen;
      double foreignTicks = passed - (later.idle - idle) - stolenTicks - (later.ours - ours);
      return new Disturbance(stolenTicks / passed, Math.max(0, foreignTicks / passed), true);
    }
  }
}
