// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * One slice that overstayed its quantum, as the watchdog saw it.
 *
 * @param loop index of the loop that was handed off
 * @param continuation what ran
 * @param computing whether it computed, else it was blocked
 * @param startNanos when the slice began, as {@link System#nanoTime}
 * @param handoffNanos when the loop was taken, likewise
 * @param cpuNanos the carrier's CPU time then, or -1 where that is not known
 * @param queued how many virtual threads waited in the run queue then
 */
record Overstay(
    int loop,
    Runnable continuation,
    boolean computing,
    long startNanos,
    long handoffNanos,
    long cpuNanos,
    int queued) {}
