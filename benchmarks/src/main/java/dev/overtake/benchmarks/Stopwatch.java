// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import java.time.Duration;

/** Adds up a server's CPU time while it answers requests. Not thread-safe. */
final class Stopwatch {
  private final ServerProcess server;
  private long cpuNanos;
  private long workersCpuNanos;
  private long wallNanos;

  /** A stopwatch that does not run yet. */
  Stopwatch(ServerProcess server) {
    this.server = server;
  }

  static Stopwatch start(ServerProcess server) {
    Stopwatch stopwatch = new Stopwatch(server);
    stopwatch.resume();
    return stopwatch;
  }

  /* The workers are looked up outside of what is measured: that takes as long as many requests. */

  void resume() {
    workersCpuNanos -= workersCpuTime();
    cpuNanos -= server.cpuTime().toNanos();
    wallNanos -= System.nanoTime();
  }

  void pause() {
    cpuNanos += server.cpuTime().toNanos();
    wallNanos += System.nanoTime();
    workersCpuNanos += workersCpuTime();
  }

  /** What the processes that the server has started, its workers, have used so far. */
  private long workersCpuTime() {
    return ProcessHandle.of(server.pid()).stream()
        .flatMap(ProcessHandle::children)
        .flatMap(worker -> worker.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  /** Pauses; then as {@link #measurement}. */
  Measurement stop(long requests) {
    pause();
    return measurement(requests);
  }

  /** Returns the CPU time for each of so many requests, and how many cores the server used. */
  Measurement measurement(long requests) {
    double each = requests == 0 ? Double.NaN : 1e-3 / requests;
    return new Measurement()
        .with(Figure.CPU_PER_REQUEST, cpuNanos * each)
        .with(Figure.WORKER_CPU_PER_REQUEST, workersCpuNanos * each)
        .with(Figure.SERVER_CORES, (double) cpuNanos / wallNanos);
  }
}
