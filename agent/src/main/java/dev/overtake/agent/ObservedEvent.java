// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

@Name("dev.overtake.Observed")
@Label("Observed Overstay")
@Category({"Overtake", "Agent"})
@Description("A virtual thread occupies a carrier of the JDK's scheduler while others wait")
@StackTrace(false)
final class ObservedEvent extends Event {
  @Label("Thread")
  String thread = "";

  @Label("Computing")
  @Description("false: it waits, pinned to its carrier")
  boolean computing;

  @Label("Time on the Carrier so far")
  @Timespan(Timespan.NANOSECONDS)
  long age;

  @Label("Threads Waiting")
  @Description("At most, in the second before")
  long queued;

  @Label("Culprit")
  @Description("Stack trace of the virtual thread")
  String culprit = "";
}
