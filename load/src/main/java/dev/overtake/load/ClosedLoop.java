// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;

/**
 * Links that ask for one thing again and again, each as soon as its last answer has come.
 *
 * <p>A link's next request is meant to leave the moment its last answer came, and counts from then.
 * If the link breaks, the request is meant still: it leaves when the link is open again.
 */
final class ClosedLoop implements Wire.Events {
  private final Wire wire;
  private final Wire.Request request;
  private final Answers answers;
  private final Wire.Group group = Wire.Group.reopening(this);
  private final Wire.Link[] links;
  private final long[] sinceNanos;
  private boolean started;

  /** What a closed loop tells. */
  interface Answers {
    /** The answer to a request that was meant to leave at {@code since}. */
    void answered(Wire.Link link, long now, long since);
  }

  ClosedLoop(Wire wire, int n, int connections, Answers answers) {
    this.wire = wire;
    this.request = new Wire.Request(n);
    this.answers = answers;
    this.links = wire.links(connections, group);
    this.sinceNanos = new long[connections];
  }

  /** Opens the links; at least one is open then. */
  void connect() throws IOException, InterruptedException {
    wire.openAll(links);
  }

  /** Sends a request over each open link, and over the others when they are. */
  void start(long now) {
    started = true;
    for (Wire.Link link : links) {
      sinceNanos[link.index] = now;
      if (link.isOpen()) {
        wire.send(link, request);
      }
    }
  }

  /** Begins to open the links; each sends its first request when it is open. */
  void startConnecting(long now) throws IOException {
    start(now);
    for (Wire.Link link : links) {
      wire.open(link);
    }
  }

  /** Closes the links for good; returns how many requests that leaves without an answer. */
  int abandon() {
    int unanswered = 0;
    for (Wire.Link link : links) {
      unanswered += link.isAwaiting() ? 1 : 0;
      wire.abandon(link);
    }
    return unanswered;
  }

  /** What each link waits for: an answer, or to be open. */
  interface Waiting {
    /** The request that is meant to have left at {@code since} has no answer. */
    void waiting(int link, long since);
  }

  void forEachWaiting(Waiting waiting) {
    for (int i = 0; i < links.length; i++) {
      waiting.waiting(i, sinceNanos[i]);
    }
  }

  Failures failures() {
    return group.failures();
  }

  @Override
  public void opened(Wire.Link link, long now) {
    if (started) {
      wire.send(link, request);
    }
  }

  @Override
  public void answered(Wire.Link link, long now) {
    // Told before the next one leaves: at a phase's end in between, this one is still waiting.
    answers.answered(link, now, sinceNanos[link.index]);
    sinceNanos[link.index] = now;
    wire.send(link, request);
  }

  @Override
  public void nonsense(Wire.Link link, long now) {
    sinceNanos[link.index] = now;
    wire.send(link, request);
  }

  @Override
  public void lost(Wire.Link link, boolean carriedRequest) {
    // Nothing to note: the wish, and the time since when, remain.
  }
}
