// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** Registers schedulers with the platform's MBean server, where the runtime has one. */
final class Beans {
  private static final System.Logger LOG = System.getLogger(Scheduler.class.getName());

  private Beans() {}

  static @Nullable AutoCloseable register(Scheduler scheduler, String name) {
    if (ModuleLayer.boot().findModule("java.management").isEmpty()) {
      return null;
    }
    return Management.register(scheduler, name);
  }

  static void unregister(@Nullable AutoCloseable bean) {
    if (bean == null) {
      return;
    }
    try {
      bean.close();
    } catch (Exception e) {
      LOG.log(Level.DEBUG, "cannot unregister the MBean", e);
    }
  }

  /** Apart, so that a runtime without java.management never loads it. */
  private static final class Management {
    static @Nullable AutoCloseable register(Scheduler scheduler, String name) {
      var server = ManagementFactory.getPlatformMBeanServer();
      try {
        ObjectName objectName =
            new ObjectName("dev.overtake:type=Scheduler,name=" + ObjectName.quote(name));
        SchedulerMXBean bean =
            new SchedulerMXBean() {
              @Override
              public SchedulerFigures getFigures() {
                return scheduler.figures();
              }

              @Override
              public String getLastCulprit() {
                return scheduler.lastCulprit();
              }
            };
        server.registerMBean(
            new javax.management.StandardMBean(bean, SchedulerMXBean.class, true), objectName);
        return () -> server.unregisterMBean(objectName);
      } catch (JMException e) {
        LOG.log(Level.DEBUG, "cannot register an MBean for scheduler " + name, e);
        return null;
      }
    }
  }
}
