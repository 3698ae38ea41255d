// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

/**
 * A kind of measured number: its key in JSON, whose last word is the unit, and its column's head.
 */
enum Figure {
  REQUESTS_PER_SECOND("requestsPerSecond", "requests/s"),
  CALM_PER_SECOND("calmRequestsPerSecond", "calm req/s"),
  LOADED_PER_SECOND("loadedRequestsPerSecond", "loaded req/s"),
  RETENTION("retention", "retention"),
  CLOSED_RETENTION("closedRetention", "back to back"),
  P50("p50Micros", "p50 µs"),
  P99("p99Micros", "p99 µs"),
  CALM_P99("calmP99Micros", "calm p99 µs"),
  LOADED_P99("loadedP99Micros", "loaded p99 µs"),
  P99_RATIO("p99LoadedByCalm", "loaded/calm p99"),
  LONGEST_STALL("longestStallMillis", "longest stall ms"),
  PLANNED_PER_SECOND("plannedPerSecond", "planned/s"),
  ANSWERED_PER_SECOND("answeredPerSecond", "answered/s"),
  SHORT_P50("shortP50Millis", "short p50 ms"),
  SHORT_P99("shortP99Millis", "short p99 ms"),
  SHORT_P999("shortP999Millis", "short p99.9 ms"),
  LONG_P50("longP50Millis", "long p50 ms"),
  LONG_P99("longP99Millis", "long p99 ms"),
  ANSWERED_SHARE("answeredShare", "answered share"),
  SHORT_P99_SLOWDOWN("shortP99Slowdown", "short p99 ×"),
  SHORT_P999_SLOWDOWN("shortP999Slowdown", "short p99.9 ×"),
  LONG_P50_SLOWDOWN("longP50Slowdown", "long p50 ×"),
  LONG_P99_SLOWDOWN("longP99Slowdown", "long p99 ×"),
  ALONE("aloneMillis", "alone ms"),
  SLOWEST("slowestMillis", "slowest ms"),
  SLOWDOWN("slowestByAlone", "slowest/alone"),
  ANSWERED_HOGS("answeredHogs", "hogs answered"),
  EFFICIENCY("efficiency", "efficiency"),
  CPU_PER_REQUEST("serverCpuMicrosPerRequest", "server CPU µs/req"),
  WORKER_CPU_PER_REQUEST("workerCpuMicrosPerRequest", "workers' CPU µs/req"),
  FIRST_RESULT("firstResultMillis", "first result ms"),
  ALL_READY("allReadyMillis", "all ready ms"),
  SERVER_CORES("serverCores", "server CPU cores"),
  PAUSES("pauses", "pauses"),
  MEAN_PAUSE("meanPauseMillis", "mean pause ms"),
  LONGEST_PAUSE("longestPauseMillis", "longest pause ms"),
  ALL_PAUSES("allPausesMillis", "all pauses ms"),
  MEAN_REACHING("meanReachingMillis", "mean to safepoint ms"),
  LONGEST_REACHING("longestReachingMillis", "longest to safepoint ms"),
  HELD("heldConnections", "held"),
  HEAP_EACH("heapBytesEach", "heap B each"),
  RESIDENT_EACH("residentBytesEach", "resident B each"),
  GENERATOR("generatorCpuShare", "generator");

  final String key;
  final String head;

  Figure(String key, String head) {
    this.key = key;
    this.head = head;
  }
}
