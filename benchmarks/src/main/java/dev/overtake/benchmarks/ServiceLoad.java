// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import dev.overtake.load.BackToBack;
import dev.overtake.load.Interference;
import dev.overtake.load.Message;
import dev.overtake.load.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How an example service is asked over HTTP/1.1. */
record ServiceLoad(Service service) {
  static final int CONNECTIONS = 16;

  /** About how long a framework takes to start and to end on one processor. */
  static final Duration START_AND_STOP = Duration.ofSeconds(4);

  private static final Duration BRIEF = Duration.ofMillis(20);

  ServiceLoad(ServerProcess server) {
    this(new Service(Bench.target(server), server.address().getAddress(), null, null));
  }

  Message shortOne() {
    return get("/short");
  }

  Message longOne(int n) {
    return get("/long?n=" + n);
  }

  private Message get(String path) {
    return Message.http(
        "GET", path, List.of(Map.entry("Host", service.target().toString())), new byte[0]);
  }

  /**
   * Shows a fresh server both kinds of request, for one and a half times the plan's warm-up: what
   * the compilers do with the first of them is no figure of the server's.
   *
   * @throws IOException if it answers none
   */
  void warmUp(Bench bench) throws IOException, InterruptedException {
    Duration warmup = bench.plan().warmup();
    answered(backToBack(warmup));
    int n = bench.requestOf(BRIEF).n();
    // On a machine that others use, demoted ones may have no turn at all in so short a time.
    Interference.ShortRun _ = new BackToBack(service, longOne(n), 2, warmup.dividedBy(2)).run();
  }

  /** Short requests back to back, for so long. */
  Interference.ShortRun backToBack(Duration length) throws IOException, InterruptedException {
    return new BackToBack(service, shortOne(), CONNECTIONS, length).run();
  }

  private void answered(Interference.ShortRun run) throws IOException {
    if (run.ok() == 0) {
      throw new IOException("%s answers no request".formatted(service.target()));
    }
  }
}
