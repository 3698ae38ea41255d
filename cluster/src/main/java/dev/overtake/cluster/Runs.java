// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static java.lang.System.Logger.Level.INFO;

import dev.overtake.cluster.Letter.Hello;
import dev.overtake.compute.RemoteTasks;
import dev.overtake.scheduler.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The tasks of one worker: each runs on a virtual thread of its own, and long ones are demoted. */
final class Runs implements Station.Desk {
  /*
   * A run is waiting, running, or over; all moves are made under the lock. Whoever moves it to over
   * writes the one letter that it ends with: the run itself (ANSWER), a withdrawal (GIVEN_BACK), the
   * end of this worker (GIVEN_BACK or ABANDONED), or the loss of who had asked (nothing). A run that is
   * over may still occupy its thread and its place until its code ends.
   *
   * An interrupt hits the code of its task or nothing: `interruptible` is set and cleared under the
   * lock by the thread that runs the task, and interrupts are made under the lock.
   */
  private static final System.Logger log = System.getLogger(ClusterWorker.class.getName());
  private static final int QUEUE_LIMIT = 1_000;

  /** Who ran longer may be on a demoted carrier. */
  private static final long SHORT_NANOS = 500_000;

  private static final Duration TIME_TO_HEAR = Duration.ofSeconds(2);

  private final Station station;
  private final Scheduler scheduler;
  private final RemoteTasks tasks;
  private final int places;

  private final ReentrantLock lock = new ReentrantLock(); // guards what is below, and all runs
  private final Condition changed = lock.newCondition();
  private final Map<Peer, Map<Long, Run>> runs = new HashMap<>(); // those that are not over
  private final ArrayDeque<Run> queue = new ArrayDeque<>();
  private final Set<Run> running = new HashSet<>(); // whose code has not ended
  private final Map<Long, Set<Peer>> unheard = new HashMap<>(); // who is to confirm, per farewell
  private boolean leaving;
  private long taken;
  private long ended;
  private long givenBack;
  private long abandoned;
  private long refused;

  Runs(Group group, String name, int places, Scheduler scheduler, RemoteTasks tasks) {
    this.places = places;
    this.scheduler = scheduler;
    this.tasks = tasks;
    station = new Station(group, name, places, this);
  }

  /** One task; its fields are guarded by the lock of {@link Runs}. */
  private final class Run implements Runnable {
    final Peer asker;
    final long number;
    final byte[] bytes;
    boolean over;
    @Nullable Thread interruptible;

    Run(Peer asker, long number, byte[] bytes) {
      this.asker = asker;
      this.number = number;
      this.bytes = bytes;
    }

    @Override
    public void run() {
      if (!begin()) {
        finish(null);
        return;
      }
      long begunNanos = System.nanoTime();
      byte[] answer = null;
      try {
        answer = tasks.run(bytes, this::codeEnded);
      } finally {
        if (System.nanoTime() - begunNanos > SHORT_NANOS) {
          leaveDemotedCarrier();
        }
        finish(answer);
      }
    }

    /** The next slice is an ordinary one: no lock is taken at a demoted carrier's priority. */
    @SuppressWarnings("ThreadPriorityCheck") // it ends a slice, whoever comes next
    private static void leaveDemotedCarrier() {
      Thread.yield();
    }

    private boolean begin() {
      lock.lock();
      try {
        if (!over) {
          interruptible = Thread.currentThread();
        }
        return !over;
      } finally {
        lock.unlock();
      }
    }

    @SuppressWarnings("Interruption") // what is left of an interrupt ends with its task
    private void codeEnded() {
      lock.lock();
      try {
        interruptible = null;
        Thread.interrupted();
      } finally {
        lock.unlock();
      }
    }

    private void finish(byte @Nullable [] answer) {
      lock.lock();
      try {
        interruptible = null;
        if (!over) {
          end(this);
          if (answer == null) {
            abandoned++;
            post(this, Letter.ABANDONED);
          } else {
            ended++;
            station.post(asker, new Letter(Letter.ANSWER, number, answer));
          }
        }
        running.remove(this);
        startNext();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void interrupt() {
      if (interruptible != null) {
        interruptible.interrupt();
      }
    }
  }

  void start() throws IOException {
    station.open();
  }

  InetSocketAddress address() {
    return station.address();
  }

  @Override
  public void met(Peer peer, Hello hello) {
    if (hello.tasks() == 0 && hello.anew()) {
      drop(peer, hello.name() + " counts on nothing it had sent");
    }
  }

  @Override
  public void lost(Peer peer) {
    drop(peer, peer + " is gone");
    lock.lock();
    try {
      unheard.values().forEach(peers -> peers.remove(peer));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void drop(Peer asker, String why) {
    int dropped = 0;
    lock.lock();
    try {
      for (Run run : runsOf(asker)) {
        end(run);
        queue.remove(run);
        run.interrupt();
        dropped++;
      }
      abandoned += dropped;
    } finally {
      lock.unlock();
    }
    if (dropped > 0) {
      log.log(INFO, "{0}: {1} tasks given up", why, dropped);
    }
  }

  /** Under the lock. */
  private List<Run> runsOf(Peer asker) {
    return List.copyOf(runs.getOrDefault(asker, Map.of()).values());
  }

  @Override
  public void received(Peer from, Letter letter) {
    lock.lock();
    try {
      switch (letter.kind()) {
        case Letter.CALL -> take(new Run(from, letter.number(), letter.body()));
        case Letter.WITHDRAW -> withdraw(from, letter);
        case Letter.HEARD -> heard(from, letter.number());
        default -> {} // for those who ask
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private void heard(Peer asker, long farewell) {
    Set<Peer> waitedFor = unheard.get(farewell);
    if (waitedFor != null) {
      waitedFor.remove(asker);
      changed.signalAll();
    }
  }

  /** Under the lock. */
  private void take(Run run) {
    if (leaving) {
      taken++;
      givenBack++;
      post(run, Letter.GIVEN_BACK);
    } else if (running.size() < places || queue.size() < QUEUE_LIMIT) {
      taken++;
      runs.computeIfAbsent(run.asker, _ -> new HashMap<>()).put(run.number, run);
      queue.add(run);
      startNext();
    } else {
      refused++;
      post(run, Letter.REFUSED);
    }
  }

  /** Under the lock. */
  private void startNext() {
    while (running.size() < places && !queue.isEmpty()) {
      Run run = queue.remove();
      running.add(run);
      scheduler.newThread("task-" + run.number, run).start();
    }
  }

  /** Under the lock. */
  private void withdraw(Peer asker, Letter letter) {
    Run run = runs.getOrDefault(asker, Map.of()).get(letter.number());
    if (run == null) {
      return; // its answer is on the way
    }
    if (queue.remove(run)) {
      giveBack(run);
    } else if (letter.isToInterrupt()) {
      run.interrupt();
    }
  }

  /** Under the lock. */
  private void giveBack(Run run) {
    end(run);
    givenBack++;
    post(run, Letter.GIVEN_BACK);
  }

  /** Under the lock. */
  private void end(Run run) {
    run.over = true;
    Map<Long, Run> ofAsker = runs.get(run.asker);
    if (ofAsker != null && ofAsker.remove(run.number) != null && ofAsker.isEmpty()) {
      runs.remove(run.asker);
    }
  }

  private void post(Run run, byte kind) {
    station.post(run.asker, new Letter(kind, run.number));
  }

  WorkerFigures figures() {
    lock.lock();
    try {
      return new WorkerFigures(
          running.size(), queue.size(), taken, ended, givenBack, abandoned, refused);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more tasks, gives back those that have not begun, waits for the others, and leaves.
   * Nothing is lost on the way: whoever has asked says that it has heard everything.
   */
  void leave(Duration grace) {
    lock.lock();
    try {
      if (leaving) {
        return;
      }
      leaving = true;
      for (Run run : List.copyOf(queue)) {
        queue.remove(run);
        giveBack(run);
      }
    } finally {
      lock.unlock();
    }
    sayLeaving(1); // once all have heard this, no task of theirs is under way to here any more
    if (!await(runs::isEmpty, grace)) {
      abandonAll();
    }
    sayLeaving(2); // and once they have heard this, no answer of ours
    station.close();
  }

  /** Waits until all who ask have heard it, and so everything that was sent before. */
  private void sayLeaving(long farewell) {
    Set<Peer> waitedFor;
    lock.lock();
    try {
      waitedFor =
          station.askers(); // under the lock: whoever goes after this is taken out by lost()
      unheard.put(farewell, waitedFor);
      waitedFor.forEach(asker -> station.post(asker, new Letter(Letter.LEAVING, farewell)));
    } finally {
      lock.unlock();
    }
    await(waitedFor::isEmpty, TIME_TO_HEAR);
  }

  private void abandonAll() {
    List<Run> left = new ArrayList<>();
    lock.lock();
    try {
      runs.values().forEach(ofAsker -> left.addAll(ofAsker.values()));
      for (Run run : left) {
        end(run);
        abandoned++;
        run.interrupt();
        post(run, Letter.ABANDONED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A condition on what the lock guards. */
  private interface Guarded {
    boolean holds();
  }

  /** Returns whether it came to hold in time; an interrupt ends the wait and is kept. */
  private boolean await(Guarded condition, Duration longest) {
    long leftNanos = longest.toNanos();
    lock.lock();
    try {
      while (!condition.holds() && leftNanos > 0) {
        leftNanos = changed.awaitNanos(leftNanos);
      }
      return condition.holds();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return condition.holds();
    } finally {
      lock.unlock();
    }
  }
}
