// SPDX-License-Identifier: Apache-2.0
/**
 * Virtual threads with time sharing: {@link dev.overtake.scheduler.Scheduler} is the way in.
 *
 * <p>Inside: {@code EventLoops} holds the run queue and the poller, {@code Carrier} drives a loop,
 * {@code Watchdog} takes it from one that overstays, {@code Os} and {@code Linux} are all that is
 * known of the system, {@code JdkInternals} all that is known of the JDK.
 */
package dev.overtake.scheduler;
