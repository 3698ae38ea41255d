// SPDX-License-Identifier: Apache-2.0
package dev.overtake.spring;

import dev.overtake.scheduler.Demotion;
import dev.overtake.scheduler.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code overtake.*}. What is not set is left to {@link Scheduler.Builder}, which
 * also says what values are possible.
 *
 * @param enabled Whether requests and tasks run on Overtake's scheduler.
 * @param name Name of the scheduler, which its threads, figures and meters bear.
 * @param eventLoops Number of event loops; by default as many as there are processors.
 * @param quantum How much CPU time a slice may take before it overstays; 1 ms by default.
 * @param demotion How far overstaying carriers are lowered; idle by default.
 * @param floor Share of the processors that overstaying slices are guaranteed; 0.05 by default.
 * @param spareCarriers How many carriers are kept ready to take over an event loop; 8 by default.
 * @param maxOverstaying How many slices may overstay at a time before suspects wait; 32 for each
 *     event loop by default.
 * @param shutdownTimeout How long the end of the application waits for threads that still run.
 */
@ConfigurationProperties("overtake")
public record OvertakeProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("overtake") String name,
    @Nullable Integer eventLoops,
    @Nullable Duration quantum,
    @Nullable Demotion demotion,
    @Nullable Double floor,
    @Nullable Integer spareCarriers,
    @Nullable Integer maxOverstaying,
    @DefaultValue("30s") Duration shutdownTimeout) {

  Scheduler.Builder builder() {
    Scheduler.Builder builder = Scheduler.builder().name(name);
    if (eventLoops != null) {
      builder.eventLoops(eventLoops);
    }
    if (quantum != null) {
      builder.quantum(quantum);
    }
    if (demotion != null) {
      builder.demotion(demotion);
    }
    if (floor != null) {
      builder.floor(floor);
    }
    if (spareCarriers != null) {
      builder.spareCarriers(spareCarriers);
    }
    if (maxOverstaying != null) {
      builder.maxOverstaying(maxOverstaying);
    }
    return builder;
  }
}
