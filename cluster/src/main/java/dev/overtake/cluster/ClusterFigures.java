// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

/**
 * How the asking side of a cluster stands. Each task that was taken is in exactly one of the first
 * two, or has left them.
 *
 * @param queued tasks that wait here
 * @param aboard tasks at some member, begun or not
 * @param members who take tasks
 * @param answered answers to tasks that were aboard, even if cancelled since
 * @param lost tasks whose member was lost and that were not sent again
 * @param retried times that a task was sent again because its member was lost
 * @param late answers that came after their task had been given up
 */
public record ClusterFigures(
    int queued, int aboard, int members, long answered, long lost, long retried, long late) {}
