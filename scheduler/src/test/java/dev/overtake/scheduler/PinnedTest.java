// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;

@EnabledOnOs(LINUX)
class PinnedTest {
  private static final int LOOPS = 2;

  /** The real system, seen as one of two processors, noting who is bound to which. */
  private static final class Noting extends Os {
    private final Os real = Os.current();
    final Map<Integer, Integer> bound = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<Integer> demotedFree = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Integer> demotedBound = new ConcurrentLinkedQueue<>();

    @Override
    int threadId() {
      return real.threadId();
    }

    @Override
    long cpuNanos(int threadId) {
      return real.cpuNanos(threadId);
    }

    @Override
    int processors() {
      return LOOPS;
    }

    @Override
    void bind(int threadId, int processor) {
      bound.put(threadId, processor);
    }

    @Override
    void unbind(int threadId) {
      bound.remove(threadId);
    }

    @Override
    boolean demote(int threadId, Demotion demotion) {
      return (bound.containsKey(threadId) ? demotedBound : demotedFree).add(threadId);
    }
  }

  private final Noting os = new Noting();

  private Scheduler.Builder builder(int eventLoops) {
    Scheduler.Builder builder = Scheduler.builder().eventLoops(eventLoops).pinned(true);
    builder.os = () -> os;
    return builder;
  }

  @Test
  void eachLoopHasAProcessorAndWhoLosesItsLoopHasThemAll() {
    try (Scheduler scheduler = builder(LOOPS).build()) {
      Eventually.that("both are bound", () -> os.bound.size() == LOOPS);
      assertThat(os.bound.values()).containsExactlyInAnyOrder(0, 1);
      try (Hogs _ = Hogs.on(scheduler, LOOPS)) {
        Eventually.that("both have overstayed", () -> os.demotedFree.size() == LOOPS);
        Eventually.that("loops are bound anew", () -> os.bound.size() == LOOPS);
        assertThat(os.bound.values()).containsExactlyInAnyOrder(0, 1);
        assertThat(os.bound.keySet()).doesNotContainAnyElementsOf(os.demotedFree);
        assertThat(os.demotedBound).isEmpty();
      }
    }
  }

  @Test
  void loopsThatAreNotOneForEachProcessorAreLeftFree() {
    try (Scheduler scheduler = builder(LOOPS + 1).build()) {
      Eventually.ended(startShort(scheduler));
    }
    assertThat(os.bound).isEmpty();
  }

  private static Thread startShort(Scheduler scheduler) {
    Thread thread = scheduler.newThread("short", () -> {});
    thread.start();
    return thread;
  }

  @Test
  void linuxDoesAsItIsTold() {
    int id = Os.current().threadId();
    Set<Integer> all = processorsOf(id);
    assertThat(Os.current().processors()).isEqualTo(all.size());
    try {
      Os.current().bind(id, all.size() - 1);
      assertThat(processorsOf(id))
          .containsExactly(all.stream().max(Integer::compare).orElseThrow());
    } finally {
      Os.current().unbind(id);
    }
    assertThat(processorsOf(id)).isEqualTo(all);
  }

  private static Set<Integer> processorsOf(int id) {
    return Affinity.get(id).stream().boxed().collect(Collectors.toSet());
  }
}
