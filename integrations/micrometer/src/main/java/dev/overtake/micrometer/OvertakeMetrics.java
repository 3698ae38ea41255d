// SPDX-License-Identifier: Apache-2.0
package dev.overtake.micrometer;

import dev.overtake.scheduler.Scheduler;
import dev.overtake.scheduler.SchedulerFigures;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * A scheduler's {@linkplain SchedulerFigures figures} as meters, each with the tag {@code name},
 * the scheduler's name.
 *
 * {@snippet :
 * new OvertakeMetrics(scheduler).bindTo(registry);
 * }
 *
 * <p>Meters of its own begin with {@code overtake.}; {@code executor.active}, {@code
 * executor.queued}, {@code executor.pool.size} and {@code executor.pool.core} are those of any
 * executor, so that dashboards that know executors show this one, too. The meters read the figures
 * when a registry asks for them and cost nothing otherwise.
 *
 * <p>Thread-safe. The meters keep the scheduler reachable for as long as the registry keeps them,
 * and hold its last figures after it was closed. Binding a second time to the same registry does
 * nothing, nor does binding another scheduler of the same name.
 */
public final class OvertakeMetrics implements MeterBinder {
  private final Scheduler scheduler;
  private final Tags tags;

  /**
   * Makes a binder for one scheduler.
   *
   * @param scheduler whose figures to show
   */
  public OvertakeMetrics(Scheduler scheduler) {
    this(scheduler, Tags.empty());
  }

  /**
   * Makes a binder for one scheduler.
   *
   * @param scheduler whose figures to show
   * @param tags more tags for each meter
   */
  public OvertakeMetrics(Scheduler scheduler, Iterable<Tag> tags) {
    this.scheduler = scheduler;
    this.tags = Tags.of(tags).and("name", scheduler.name());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, "overtake.event.loops", "Event loops", SchedulerFigures::eventLoops);
    gauge(
        registry,
        "overtake.carriers",
        "OS threads that drive an event loop, wait for one, or have lost theirs",
        SchedulerFigures::carriers);
    gauge(
        registry,
        "overtake.carriers.spare",
        "Carriers that wait for an event loop",
        SchedulerFigures::spareCarriers);
    gauge(
        registry,
        "overtake.carriers.overstaying",
        "Carriers that have lost their event loop and still run their slice",
        SchedulerFigures::overstaying);
    gauge(registry, "overtake.threads", "Virtual threads alive", SchedulerFigures::threads);
    gauge(
        registry,
        "overtake.queue.depth",
        "Virtual threads that are ready and wait for an event loop",
        SchedulerFigures::queueDepth);
    gauge(
        registry,
        "overtake.suspects.waiting",
        "Virtual threads that wait because too many overstay already",
        SchedulerFigures::suspectsWaiting);
    TimeGauge.builder(
            "overtake.stall.longest",
            scheduler,
            TimeUnit.NANOSECONDS,
            held -> held.figures().longestStallNanos())
        .description("Longest time from the start of a slice until its event loop was handed off")
        .tags(tags)
        .strongReference(true)
        .register(registry);
    counter(registry, "overtake.slices", "Slices begun", tags, SchedulerFigures::slices);
    String handoffs = "Event loops taken from carriers whose slice overstayed";
    counter(
        registry,
        "overtake.handoffs",
        handoffs,
        tags.and("cause", "computing"),
        SchedulerFigures::computingHandoffs);
    counter(
        registry,
        "overtake.handoffs",
        handoffs,
        tags.and("cause", "blocked"),
        SchedulerFigures::blockedHandoffs);
    counter(
        registry,
        "overtake.demotions",
        "Carriers whose priority was lowered",
        tags,
        SchedulerFigures::demotions);
    counter(
        registry,
        "overtake.false.alarms",
        "Computing hand-offs whose slice ended soon afterwards",
        tags,
        SchedulerFigures::falseAlarms);
    gauge(registry, "executor.active", "Virtual threads alive", SchedulerFigures::threads);
    gauge(
        registry,
        "executor.queued",
        "Virtual threads that are ready and wait for an event loop",
        SchedulerFigures::queueDepth);
    gauge(registry, "executor.pool.size", "Carriers alive", SchedulerFigures::carriers);
    gauge(registry, "executor.pool.core", "Event loops", SchedulerFigures::eventLoops);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<SchedulerFigures> figure) {
    // Nobody else may hold the scheduler: Micrometer's gauges are weak unless told otherwise.
    Gauge.builder(name, scheduler, held -> figure.applyAsDouble(held.figures()))
        .description(description)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      Tags counted,
      ToDoubleFunction<SchedulerFigures> figure) {
    FunctionCounter.builder(name, scheduler, held -> figure.applyAsDouble(held.figures()))
        .description(description)
        .tags(counted)
        .register(registry);
  }
}
