// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

/**
 * One second of a run, or the rest of a phase that is no whole number of seconds long.
 *
 * @param second when it began, in seconds after the first measured phase began; negative while
 *     warming up
 * @param phase name of the phase it lies in, such as {@code calm}; in the open loop, of the class
 * @param requests how many requests were answered in it
 * @param requestsPerSecond the same ÷ its length
 * @param p50Micros the median latency of those, in microseconds, within 1%; 0 if there are none
 * @param p99Micros the 99th percentile
 * @param maxMicros the longest
 */
public record Second(
    double second,
    String phase,
    long requests,
    double requestsPerSecond,
    double p50Micros,
    double p99Micros,
    double maxMicros) {}
