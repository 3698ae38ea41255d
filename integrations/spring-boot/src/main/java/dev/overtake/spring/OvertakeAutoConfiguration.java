// SPDX-License-Identifier: Apache-2.0
package dev.overtake.spring;

import dev.overtake.micrometer.OvertakeMetrics;
import dev.overtake.scheduler.Scheduler;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Puts requests of Tomcat and Jetty, and the application's tasks, on virtual threads of a {@link
 * Scheduler}: one for the application, a bean like any other. Has the last word over {@code
 * spring.threads.virtual.enabled}; {@code overtake.enabled=false} leaves all as it was.
 */
@AutoConfiguration(before = TaskExecutionAutoConfiguration.class)
@ConditionalOnProperty(name = "overtake.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OvertakeProperties.class)
public final class OvertakeAutoConfiguration {
  /** Made by Spring. */
  public OvertakeAutoConfiguration() {}

  /** The scheduler itself; {@link #overtakeEnd} closes it, as it must not wait for ever. */
  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  Scheduler overtakeScheduler(OvertakeProperties properties) {
    return properties.builder().build();
  }

  @Bean
  @ConditionalOnMissingBean(name = "overtakeEnd")
  DisposableBean overtakeEnd(Scheduler scheduler, OvertakeProperties properties) {
    return () -> scheduler.close(properties.shutdownTimeout());
  }

  /** For {@code @Async}, MVC's asynchronous requests and whoever else asks for an executor. */
  @Bean(TaskExecutionAutoConfiguration.APPLICATION_TASK_EXECUTOR_BEAN_NAME)
  @ConditionalOnMissingBean(Executor.class)
  SimpleAsyncTaskExecutor applicationTaskExecutor(
      SimpleAsyncTaskExecutorBuilder builder, Scheduler scheduler) {
    SimpleAsyncTaskExecutor executor = builder.virtualThreads(false).build();
    executor.setThreadFactory(scheduler.threadFactory(executor.getThreadNamePrefix()));
    return executor;
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ConfigurableTomcatWebServerFactory.class)
  static class TomcatConfiguration {
    /** After Spring Boot's own customizers, one of which may set the JDK's virtual threads. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> overtakeTomcatCustomizer(
        Scheduler scheduler) {
      return factory ->
          factory.addProtocolHandlerCustomizers(
              protocol -> protocol.setExecutor(scheduler.executor()));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(ConfigurableJettyWebServerFactory.class)
  static class JettyConfiguration {
    /** Platform threads for Jetty's acceptors and selectors; requests run on the scheduler's. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebServerFactoryCustomizer<ConfigurableJettyWebServerFactory> overtakeJettyCustomizer(
        Scheduler scheduler) {
      return factory -> {
        QueuedThreadPool threads = new QueuedThreadPool();
        ExecutorService executor = scheduler.executor();
        threads.setVirtualThreadsExecutor(executor);
        factory.setThreadPool(threads);
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterBinder.class)
  static class MetricsConfiguration {
    @Bean
    @ConditionalOnMissingBean
    OvertakeMetrics overtakeMetrics(Scheduler scheduler) {
      return new OvertakeMetrics(scheduler);
    }
  }
}
