// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("dev.overtake.Overstay")
@Label("Overstay")
@Category({"Overtake", "Scheduler"})
@Description("A slice that overstayed its quantum has ended")
@StackTrace(false)
final class OverstayEvent extends Event {
  @Label("Thread")
  String thread = "";

  @Label("Loop")
  int loop;

  @Label("Computing")
  boolean computing;

  @Label("Wall Time of the Slice")
  @Timespan(Timespan.NANOSECONDS)
  long wall;

  @Label("CPU Time after the Hand-off")
  @Description("-1 where it is not known")
  long cpuAfterHandoff;
}
