// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

/**
 * How a process pool stands at one moment, and what it has done since its start.
 *
 * @param workers processes that are ready or busy
 * @param busy processes that have at least one task
 * @param queued tasks that wait for a process
 * @param completed tasks that were answered, failures of their own code included
 * @param died processes that ended without being told to, or were killed over a task
 * @param recycled processes that were replaced as they had run enough tasks or grown too large
 */
public record PoolFigures(
    int workers, int busy, int queued, long completed, long died, long recycled) {}
