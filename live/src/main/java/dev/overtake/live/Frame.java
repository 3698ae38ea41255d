// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What viewers are told several times a second.
 *
 * @param seq counts the frames from 1, so that a viewer sees what it has missed
 * @param t seconds since the page was started
 * @param hogs how many long requests are wanted of each model
 * @param lanes what was measured of each model that runs, by its name
 * @param marks what happened since the frame before, in words
 * @param costs what all of this costs; once a second, else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Frame(
    long seq,
    double t,
    int hogs,
    Map<String, Lane> lanes,
    List<String> marks,
    @Nullable Costs costs) {
  /**
   * One model.
   *
   * @param rate short requests answered a second
   * @param p50 median latency of the last second, in microseconds, as the next two
   * @param p99 the 99th percentile
   * @param max the longest
   * @param stall the longest time without an answer in or up to this moment, in milliseconds
   * @param open how many connections of short requests are open
   * @param waiting how many short requests wait for their answer
   * @param longs long requests answered a second
   * @param longMillis how long the last of those took; 0 if none has been answered
   * @param failures short requests and connections that failed since the start of the server
   */
  record Lane(
      double rate,
      double p50,
      double p99,
      double max,
      double stall,
      int open,
      int waiting,
      double longs,
      double longMillis,
      long failures) {}

  /**
   * What it costs.
   *
   * @param servers by model
   * @param page share of a core, as the next: of this process all but the load generators
   * @param generators in the last ten seconds
   * @param pauseMillis how long the collector of this process has paused it in that time
   * @param viewers how many watch
   * @param dropped frames not sent to viewers that were too slow for them, since the start
   */
  record Costs(
      Map<String, Server> servers,
      double page,
      double generators,
      long pauseMillis,
      int viewers,
      long dropped) {}

  /**
   * What a server costs.
   *
   * @param threads OS threads; 0 if unknown
   * @param resident bytes of physical memory; 0 if unknown
   * @param cpu share of a core in the last second
   * @param handOffs event loops taken from carriers; null where there are none
   * @param demotions carriers whose priority was lowered; null likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Server(
      int threads, long resident, double cpu, @Nullable Long handOffs, @Nullable Long demotions) {}
}
