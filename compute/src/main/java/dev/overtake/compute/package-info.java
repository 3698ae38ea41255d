// SPDX-License-Identifier: Apache-2.0
/**
 * Where heavy calls run: {@link dev.overtake.compute.Compute} is the way in for handlers.
 *
 * <p>Inside: {@code Computes} knows the spellings, a class each is what they stand for.
 */
package dev.overtake.compute;
