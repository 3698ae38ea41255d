// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.contract;

import dev.overtake.services.common.Endpoints;
import dev.overtake.services.common.Request;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** Endpoints whose long requests compute until the test releases them. */
final class LongRequests implements Endpoints, AutoCloseable {
  private final Endpoints others;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger shortBeforeRelease = new AtomicInteger();
  private volatile boolean released;

  LongRequests(Endpoints others) {
    this.others = others;
  }

  @Override
  public String answer(Request request, int n) throws IOException, SQLException {
    if (request == Request.LONG) {
      underWay.incrementAndGet();
      while (!released) {
        Thread.onSpinWait();
      }
      underWay.decrementAndGet();
      return "released\n";
    }
    if (request == Request.SHORT && !released) {
      shortBeforeRelease.incrementAndGet();
    }
    return others.answer(request, n);
  }

  int underWay() {
    return underWay.get();
  }

  /** How many short requests have reached their handler before the release. */
  int shortBeforeRelease() {
    return shortBeforeRelease.get();
  }

  void release() {
    released = true;
  }

  @Override
  public void close() {
    release();
  }
}
