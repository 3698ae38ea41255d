// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.lab.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/**
 * The set-up that all viewers share, and the acts that play it.
 *
 * <p>Thread-safe. Whoever changes the set-up waits until those that are no longer wanted have
 * ended, and until an earlier change is through.
 */
final class Show implements AutoCloseable {
  private final List<Contestant> contestants;
  private final int mostServers;
  private final Stage stage;
  private final HogLengths hogLengths = new HogLengths();
  private final ConcurrentLinkedQueue<String> marks = new ConcurrentLinkedQueue<>();
  private final AtomicLong endedGeneratorsNanos = new AtomicLong();
  private final Object changing = new Object(); // held throughout a change; taken before this

  // Guarded by this.
  private Setup setup = Setup.NONE;
  private boolean closed;
  private final Map<String, Act> acts = new LinkedHashMap<>();

  Show(List<Contestant> contestants, int mostServers, Stage stage) {
    this.contestants = contestants;
    this.mostServers = mostServers;
    this.stage = stage;
  }

  synchronized Setup setup() {
    return setup;
  }

  /** Those that run or are being started, in the order of the set-up. */
  synchronized List<Act> acts() {
    return List.copyOf(acts.values());
  }

  /** What has happened to servers since the last call. */
  List<String> takeMarks() {
    List<String> taken = new ArrayList<>();
    for (String mark; (mark = marks.poll()) != null; ) {
      taken.add(mark);
    }
    return taken;
  }

  /** CPU time of all load generators so far. */
  Duration generatorCpu() {
    // An ended one may count for a moment in neither; who asks compares two moments.
    return acts().stream()
        .map(Act::generatorCpu)
        .reduce(Duration.ofNanos(endedGeneratorsNanos.get()), Duration::plus);
  }

  /**
   * Changes the set-up.
   *
   * @throws IllegalArgumentException with a line for the user; nothing has changed then
   */
  void change(JsonNode change) {
    synchronized (changing) {
      Setup wanted =
          setup().with(change, contestants.stream().map(Contestant::name).toList(), mostServers);
      become(wanted);
    }
  }

  /**
   * Ends the server of that name and starts it again.
   *
   * @throws IllegalArgumentException if none of that name runs
   */
  synchronized void restart(String name) {
    Act act = acts.get(name);
    if (act == null) {
      throw new IllegalArgumentException("no such model runs");
    }
    act.restart();
  }

  private void become(Setup wanted) {
    List<Act> unwanted = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        throw new IllegalArgumentException("the page is being ended");
      }
      setup = wanted;
      acts.values()
          .removeIf(act -> !wanted.models().contains(act.contestant().name()) && unwanted.add(act));
    }
    end(unwanted);
    synchronized (this) {
      Map<String, Act> before = Map.copyOf(acts);
      acts.clear();
      for (String name : wanted.models()) {
        Act act = before.get(name);
        if (act == null) {
          act = begin(name, wanted);
        } else {
          act.become(wanted);
        }
        acts.put(name, act);
      }
    }
  }

  private Act begin(String name, Setup wanted) {
    Contestant contestant =
        contestants.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    return new Act(
        contestant,
        wanted,
        stage,
        hogLengths,
        (who, what) -> marks.add(who.name() + " " + what),
        cpu -> endedGeneratorsNanos.addAndGet(cpu.toNanos()));
  }

  private static void end(List<Act> acts) {
    acts.forEach(Act::end);
    acts.forEach(Act::close);
  }

  /** Ends all servers. Idempotent. */
  @Override
  public void close() {
    List<Act> all;
    synchronized (changing) {
      synchronized (this) {
        closed = true;
        setup = Setup.NONE;
        all = acts();
        acts.clear();
      }
      end(all);
    }
  }
}
