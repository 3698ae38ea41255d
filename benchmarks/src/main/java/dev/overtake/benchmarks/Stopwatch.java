// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;

/** Measures a server's CPU time while it answers requests. */
final class Stopwatch {
  private final ServerProcess server;
  private final long cpuNanos;
  private final long wallNanos;

  private Stopwatch(ServerProcess server) {
    this.server = server;
    cpuNanos = server.cpuTime().toNanos();
    wallNanos = System.nanoTime();
  }

  static Stopwatch start(ServerProcess server) {
    return new Stopwatch(server);
  }

  /** Returns the CPU time for each of so many requests, and how many cores were in use. */
  Measurement stop(long requests) {
    double cpu = server.cpuTime().toNanos() - cpuNanos;
    double wall = System.nanoTime() - wallNanos;
    return new Measurement()
        .with(Figure.CPU_PER_REQUEST, requests == 0 ? Double.NaN : cpu / 1e3 / requests)
        .with(Figure.SERVER_CORES, cpu / wall);
  }
}
