// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * What a scheduler has done since it started and what it holds now. Read without stopping anything:
 * the figures are each true at some moment of the call, not all at the same one.
 *
 * @param mode {@code loops} or, where the JDK's inside is not open, {@code fallback}
 * @param eventLoops how many event loops there are
 * @param carriers live carriers: driving, spare and overstaying
 * @param spareCarriers carriers that wait for a loop
 * @param overstaying carriers that have lost their loop and still run their slice
 * @param threads live virtual threads made by this scheduler's factory
 * @param slices slices begun
 * @param computingHandoffs loops taken from carriers that computed past their quantum
 * @param blockedHandoffs loops taken from carriers that were blocked in the system or in native
 *     code; those that computed for a quantum afterwards were demoted and count as computing
 * @param demotions carriers whose priority was lowered
 * @param falseAlarms computing hand-offs whose slice used less than a tenth of a quantum afterwards
 * @param queueDepth virtual threads that are ready and wait for a loop
 * @param suspectsWaiting virtual threads that wait because too many overstay already
 * @param longestStallNanos longest time, in nanoseconds, from the start of a slice until its loop
 *     was handed off
 */
public record SchedulerFigures(
    String mode,
    int eventLoops,
    int carriers,
    int spareCarriers,
    int overstaying,
    int threads,
    long slices,
    long computingHandoffs,
    long blockedHandoffs,
    long demotions,
    long falseAlarms,
    int queueDepth,
    int suspectsWaiting,
    long longestStallNanos) {}
