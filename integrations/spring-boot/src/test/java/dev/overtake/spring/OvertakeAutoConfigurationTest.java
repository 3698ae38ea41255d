// SPDX-License-Identifier: Apache-2.0
package dev.overtake.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.micrometer.OvertakeMetrics;
import dev.overtake.scheduler.Scheduler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

final class OvertakeAutoConfigurationTest {
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  OvertakeAutoConfiguration.class, TaskExecutionAutoConfiguration.class));

  @Test
  void tasksRunOnTheScheduler() {
    application.run(context -> {
      Executor executor = context.getBean("applicationTaskExecutor", Executor.class);
      Scheduler scheduler = context.getBean(Scheduler.class);
      CompletableFuture<String> thread = new CompletableFuture<>();
      executor.execute(() -> thread.complete(Thread.currentThread().toString()));
      assertThat(thread.join()).contains("task-").contains("@" + scheduler.name() + "-carrier-");
    });
  }

  @Test
  void tasksRunOnTheSchedulerThoughSpringIsToldToUseVirtualThreads() {
    application
        .withPropertyValues("spring.threads.virtual.enabled=true")
        .run(context -> {
          CompletableFuture<String> thread = new CompletableFuture<>();
          context
              .getBean("applicationTaskExecutor", Executor.class)
              .execute(() -> thread.complete(Thread.currentThread().toString()));
          assertThat(thread.join()).contains("@overtake-carrier-");
        });
  }

  @Test
  void propertiesConfigureTheScheduler() {
    application
        .withPropertyValues(
            "overtake.name=library",
            "overtake.event-loops=3",
            "overtake.quantum=500us",
            "overtake.demotion=nice-10",
            "overtake.floor=0.1",
            "overtake.spare-carriers=1",
            "overtake.max-overstaying=7")
        .run(context -> {
          Scheduler scheduler = context.getBean(Scheduler.class);
          assertThat(scheduler.name()).isEqualTo("library");
          assertThat(scheduler.figures().eventLoops()).isEqualTo(3);
        });
  }

  @Test
  void aValueOutOfRangeIsNamedAndEndsTheStart() {
    application
        .withPropertyValues("overtake.event-loops=0")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("event loops must be from 1 to 1024: 0"));
  }

  @Test
  void beansOfTheApplicationComeFirst() {
    try (Scheduler own = Scheduler.builder().name("own").build()) {
      Executor executor = Executors.newSingleThreadExecutor();
      application
          .withBean(
              "ownScheduler", Scheduler.class, () -> own, bean -> bean.setDestroyMethodName(""))
          .withBean("ownExecutor", Executor.class, () -> executor)
          .run(context -> {
            assertThat(context).hasSingleBean(Scheduler.class);
            assertThat(context.getBean(Scheduler.class)).isSameAs(own);
            assertThat(context).doesNotHaveBean("applicationTaskExecutor");
          });
    }
  }

  @Test
  void theSchedulerEndsWithTheApplication() {
    Scheduler[] seen = new Scheduler[1];
    application.run(context -> seen[0] = context.getBean(Scheduler.class));
    Assertions.assertThatThrownBy(() -> seen[0].newThread("late", () -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void nothingHappensWhenSwitchedOff() {
    application
        .withPropertyValues("overtake.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(Scheduler.class));
  }

  @Test
  void metersAreThereWhereMicrometerIs() {
    application.run(context -> assertThat(context).hasSingleBean(OvertakeMetrics.class));
    application
        .withClassLoader(new FilteredClassLoader("io.micrometer", "org.apache", "org.eclipse"))
        .run(context -> {
          assertThat(context).hasNotFailed();
          assertThat(context).doesNotHaveBean("overtakeMetrics");
        });
  }
}
