// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("dev.overtake.Handoff")
@Label("Hand-off")
@Category({"Overtake", "Scheduler"})
@Description(
    "An event loop was taken from an overstaying carrier; of many, five a second are recorded")
@StackTrace(false)
final class HandoffEvent extends Event {
  @Label("Thread")
  String thread = "";

  @Label("Loop")
  int loop;

  @Label("Computing")
  @Description("false: blocked in the system or in native code")
  boolean computing;

  @Label("Age of the Slice")
  @Timespan(Timespan.NANOSECONDS)
  long age;

  @Label("Threads Waiting")
  int queued;

  @Label("Culprit")
  @Description("Stack trace of the virtual thread shortly after the hand-off")
  String culprit = "";
}
