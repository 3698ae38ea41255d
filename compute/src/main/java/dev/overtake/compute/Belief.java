// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.time.Instant;

/**
 * What {@code learned} holds true of the tasks of one kind and band of hints.
 *
 * @param kind of the tasks
 * @param leastHint of the band
 * @param greatestHint of the band
 * @param costNanos how long such a task's own code runs
 * @param tripNanos how much longer everything takes if such a task goes away
 * @param travels whether such a task is sent away rather than run by its caller
 * @param since when {@code travels} last changed
 */
public record Belief(
    String kind,
    long leastHint,
    long greatestHint,
    long costNanos,
    long tripNanos,
    boolean travels,
    Instant since) {}
