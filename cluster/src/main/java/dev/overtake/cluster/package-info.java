// SPDX-License-Identifier: Apache-2.0
/**
 * Compute on other machines: {@link dev.overtake.cluster.ClusterCompute} is the side that asks,
 * {@link dev.overtake.cluster.ClusterWorker} the side that computes.
 *
 * <p>Inside: {@code Group} is all that is known of the engine, {@code JGroupsGroup} knows the
 * engine, {@code Station} is one member of the group, {@code Dispatch} sends tasks, {@code Runs}
 * runs them, {@code Letter} lists what they say to each other.
 */
package dev.overtake.cluster;
