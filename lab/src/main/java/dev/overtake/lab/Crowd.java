// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of which each asks for one long request and leaves when it is answered.
 *
 * <p>Thread-safe; a thread for each client waits.
 */
final class Crowd implements AutoCloseable {
  private static final Duration FOREVER = Duration.ofDays(1);

  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch unanswered;
  private final AtomicLong firstAnswerNanos = new AtomicLong(); // 0: none yet

  private Crowd(int size) {
    unanswered = new CountDownLatch(size);
  }

  /**
   * Lets them all ask.
   *
   * @throws IOException if the server does not take one of them; none is left then
   */
  static Crowd start(InetSocketAddress server, int size, int n) throws IOException {
    Crowd crowd = new Crowd(size);
    try {
      for (int i = 0; i < size; i++) {
        Client client = new Client(server);
        crowd.clients.add(client);
        client.ask(n);
      }
    } catch (IOException e) {
      crowd.close();
      throw e;
    }
    for (Client client : crowd.clients) {
      crowd.threads.add(
          Thread.ofPlatform().daemon().name("hog").start(() -> crowd.awaitAnswer(client)));
    }
    return crowd;
  }

  private void awaitAnswer(Client client) {
    try (client) {
      if (client.awaitAnswer(FOREVER).isPresent()) {
        firstAnswerNanos.compareAndSet(0, System.nanoTime());
        unanswered.countDown();
      }
    } catch (IOException serverOrCrowdGone) {
      return; // whoever waits for the answer will say so
    }
  }

  /** NaN if none has been answered. */
  double secondsSinceFirstAnswer() {
    long first = firstAnswerNanos.get();
    return first == 0 ? Double.NaN : (System.nanoTime() - first) / 1e9;
  }

  /**
   * Waits until all have their answers.
   *
   * @throws ServerFailure if they have not in time
   */
  void awaitAllAnswered(Duration within) throws ServerFailure, InterruptedException {
    if (!unanswered.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new ServerFailure(
          "it does not answer %s within %d s"
              .formatted(Wording.count(unanswered.getCount(), "hog"), within.toSeconds()));
    }
  }

  /** Lets all leave, answered or not. Idempotent. */
  @Override
  public void close() throws IOException {
    for (Client client : clients) {
      client.leave();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
