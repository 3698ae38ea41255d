// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import org.jspecify.annotations.Nullable;

/**
 * Whether the generator kept up, so that the figures are the server's and not its own.
 *
 * <p>The rule: in the closed loop ({@link Perf1}, {@link Perf2}, pings) the generator was the limit
 * when its one thread used at least 95% of a core. In the open loop it was when more than 1% of the
 * requests that found an idle connection left later than 0.5 ms after their planned time, or when
 * its thread was computing or waiting for a processor for at least 95% of the time.
 *
 * @param seconds how long this looks at
 * @param cpuShare CPU time of the generator's thread ÷ time, 0 to about 1
 * @param cpuWaitShare time in which that thread was ready but had no processor ÷ time; null where
 *     the operating system does not count it. On a core of its own it is near 0
 * @param longestAbsenceMillis the latest the thread came to something it had planned, an interval's
 *     end or a request. Stalls and maxima of about that length may be the generator's own
 * @param gcPauses how many garbage collections of the generator's JVM ended in that time
 * @param gcMillis how long they paused it in all
 * @param longestGcMillis the longest of them
 * @param lateSendP99Micros 99th percentile of (left − planned) where nothing but the generator
 *     delayed a request; null in the closed loop, which plans nothing
 * @param saturated whether by the rule the generator was the limit; the figures are then a lower
 *     bound of what the server can do
 * @param verdict the same in a sentence with the figures that decided
 */
public record GeneratorHealth(
    double seconds,
    double cpuShare,
    @Nullable Double cpuWaitShare,
    double longestAbsenceMillis,
    long gcPauses,
    long gcMillis,
    long longestGcMillis,
    @Nullable Double lateSendP99Micros,
    boolean saturated,
    String verdict) {}
