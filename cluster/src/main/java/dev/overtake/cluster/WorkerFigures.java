// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

/**
 * What a worker has done and holds. Each task that was taken is one day counted in exactly one of
 * {@code ended}, {@code givenBack} and {@code abandoned}.
 *
 * @param running tasks that run now, whether or not somebody still counts on them
 * @param waiting tasks that wait for a place
 * @param taken tasks that came and were not refused
 * @param ended tasks that ran to their end, by result or failure, and were answered
 * @param givenBack tasks that were returned before they began
 * @param abandoned tasks that ran, or were to run, and nobody counts on any more: who had asked is
 *     gone, or this worker was stopped under them
 * @param refused tasks for which there was no place
 */
public record WorkerFigures(
    int running,
    int waiting,
    long taken,
    long ended,
    long givenBack,
    long abandoned,
    long refused) {}
