// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import org.HdrHistogram.Histogram;

/**
 * A piece of a run, as long as the generator's interval option or what was left of the phase.
 *
 * @param phase name of the phase it lies in, such as {@code calm}
 * @param startSeconds when it began, seconds after the first measured phase began; negative while
 *     warming up
 * @param seconds how long it was
 * @param requests how many requests were answered in it
 * @param latencies their latencies in nanoseconds, within 1%; do not change it
 */
public record Interval(
    String phase, double startSeconds, double seconds, long requests, Histogram latencies) {}
