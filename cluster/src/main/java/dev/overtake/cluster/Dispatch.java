// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.overtake.cluster.Letter.Hello;
import dev.overtake.compute.Alarms;
import dev.overtake.compute.WorkerDiedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends tasks to members, the least occupied first, and keeps those that find no place in a queue.
 * User code never runs here.
 */
final class Dispatch implements Station.Desk {
  /*
   * A task is in one place at a time: in the queue, or aboard one member under a number of its own.
   * All moves are made under the lock:
   *
   *   queue -> aboard       a member has room (pump)
   *   aboard -> out         the answer to that number came
   *   aboard -> queue head  given back: it has not begun
   *   aboard -> queue head  its member is lost or has abandoned it, and retries are left
   *   aboard -> out         the same without retries: it fails
   *   queue -> out          withdrawn, or nobody came, or closed
   *
   * An answer to a number that is aboard nobody is late and dropped. So a result is delivered once,
   * whatever a member that was taken for lost does later. Letters about a task are put down under the
   * lock as well, which keeps them in order.
   */
  private static final System.Logger log = System.getLogger(ClusterCompute.class.getName());

  /** So much may be on its way to one member, but one task always. */
  private static final long MOST_BYTES_ABOARD = 64 << 20;

  private static final Duration GRACE = Duration.ofSeconds(2);

  /** A member that takes tasks. Guarded by the dispatch's lock. */
  static final class Member {
    final Peer peer;
    final String name;
    final int tasks;
    final Map<Long, ClusterTrip<?>> aboard = new HashMap<>();
    long bytes;
    boolean leaving;

    Member(Peer peer, Hello hello) {
      this.peer = peer;
      name = hello.name();
      tasks = hello.tasks();
    }

    private boolean hasRoomFor(ClusterTrip<?> trip) {
      return !leaving
          && aboard.size() < tasks
          && (aboard.isEmpty() || bytes + trip.bytes().length <= MOST_BYTES_ABOARD);
    }

    /** Whether a larger share of its places is free than of the other's. */
    private boolean isFreerThan(Member other) {
      return (long) aboard.size() * other.tasks < (long) other.aboard.size() * tasks;
    }
  }

  private final String spelling;
  private final Station station;
  private final Alarms alarms = new Alarms("cluster-alarms");
  private final int queueLimit;
  private final long queuedBytesLimit;
  private final int retries;
  private final Duration patience;

  private final ReentrantLock lock = new ReentrantLock(); // guards what is below
  private final Condition landing = lock.newCondition(); // whenever a task is aboard no more
  private final ArrayDeque<ClusterTrip<?>> queue = new ArrayDeque<>();
  private long queuedBytes;
  private final List<Member> members = new ArrayList<>();
  private int first; // with whom the search for a member begins, so that equals take turns
  private long lastNumber;
  private boolean closed;
  private int attendance; // counts on whenever somebody comes or nobody is left: see watchAbsence()
  private @Nullable String deserted; // why nothing is taken: nobody has come for too long
  private long answered;
  private long lost;
  private long retried;
  private long late;

  Dispatch(
      String spelling,
      Group group,
      String name,
      int queueLimit,
      long queuedBytesLimit,
      int retries,
      Duration patience) {
    this.spelling = spelling;
    this.queueLimit = queueLimit;
    this.queuedBytesLimit = queuedBytesLimit;
    this.retries = retries;
    this.patience = patience;
    station = new Station(group, name, 0, this);
  }

  void start() throws IOException {
    alarms.start();
    try {
      station.open();
    } catch (IOException | RuntimeException e) {
      alarms.close();
      throw e;
    }
    lock.lock();
    try {
      if (members.isEmpty()) {
        log.log(
            WARNING,
            "{0}: nobody there yet; tasks wait up to {1} for a worker: overtake worker --join {2}",
            this,
            patience,
            Membership.text(station.address()));
        watchAbsence();
      }
    } finally {
      lock.unlock();
    }
  }

  InetSocketAddress address() {
    return station.address();
  }

  long strangers() {
    return station.strangers();
  }

  void submit(ClusterTrip<?> trip) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException(this + ": closed; " + trip + " is not taken");
      }
      if (deserted != null) {
        throw new RejectedExecutionException(
            "%s: %s; %s is not taken".formatted(this, deserted, trip));
      }
      Member member = queue.isEmpty() ? roomFor(trip) : null;
      if (member != null) {
        board(trip, member);
      } else if (hasPlaceFor(trip)) {
        queuedBytes += trip.bytes().length;
        queue.add(trip);
      } else {
        throw new RejectedExecutionException(
            "%s: queue is full: %d tasks of %d bytes wait; %s is not taken"
                .formatted(this, queue.size(), queuedBytes, trip));
      }
    } finally {
      lock.unlock();
    }
    trip.expireBy(alarms);
  }

  private boolean hasPlaceFor(ClusterTrip<?> trip) {
    return queue.size() < queueLimit && queuedBytes + trip.bytes().length <= queuedBytesLimit;
  }

  /** Under the lock. */
  private @Nullable Member roomFor(ClusterTrip<?> trip) {
    Member freest = null;
    int size = members.size();
    for (int i = 0; i < size; i++) {
      Member member = members.get((first + i) % size);
      if (member.hasRoomFor(trip) && (freest == null || member.isFreerThan(freest))) {
        freest = member;
      }
    }
    first = size == 0 ? 0 : (first + 1) % size;
    return freest;
  }

  /** Under the lock. */
  private void board(ClusterTrip<?> trip, Member member) {
    trip.member = member;
    trip.number = ++lastNumber;
    member.aboard.put(trip.number, trip);
    member.bytes += trip.bytes().length;
    trip.boarded();
    station.post(member.peer, new Letter(Letter.CALL, trip.number, trip.bytes()));
  }

  /** Under the lock. */
  private @Nullable ClusterTrip<?> unboard(Member member, long number) {
    ClusterTrip<?> trip = member.aboard.remove(number);
    if (trip != null) {
      member.bytes -= trip.bytes().length;
      trip.member = null;
      landing.signalAll();
    }
    return trip;
  }

  /** Under the lock. What waits goes wherever there is room. */
  private void pump() {
    for (ClusterTrip<?> head; (head = queue.peek()) != null; ) {
      Member member = head.isDone() ? null : roomFor(head);
      if (!head.isDone() && member == null) {
        return;
      }
      queue.remove();
      queuedBytes -= head.bytes().length;
      if (member != null) {
        board(head, member);
      }
    }
  }

  /** Under the lock. To the head of the queue, where there is always a place for those. */
  private void queueAgain(ClusterTrip<?> trip) {
    if (!trip.isDone()) {
      queuedBytes += trip.bytes().length;
      queue.addFirst(trip);
    }
  }

  /** After a task has ended without an answer: drops it, or tells the member that has it. */
  void withdraw(ClusterTrip<?> trip, boolean interrupt) {
    lock.lock();
    try {
      Member member = trip.member;
      if (member != null) {
        post(member, Letter.withdraw(trip.number, interrupt));
      } else if (queue.remove(trip)) {
        queuedBytes -= trip.bytes().length;
      }
    } finally {
      lock.unlock();
    }
  }

  private void post(Member member, Letter letter) {
    station.post(member.peer, letter);
  }

  /** Under the lock. */
  private @Nullable Member member(Peer peer) {
    for (Member member : members) {
      if (member.peer.equals(peer)) {
        return member;
      }
    }
    return null;
  }

  @Override
  public void met(Peer peer, Hello hello) {
    if (hello.tasks() == 0) {
      return; // another one that asks
    }
    List<ClusterTrip<?>> failed = List.of();
    lock.lock();
    try {
      Member member = member(peer);
      if (member == null) {
        members.add(new Member(peer, hello));
        attendance++;
        deserted = null;
        log.log(
            INFO,
            "{0}: {1} takes {2} tasks; {3} there",
            this,
            hello.name(),
            hello.tasks(),
            members.size());
      } else if (hello.anew()) {
        // It had lost us, and we never noticed.
        failed = unboardAll(member);
      }
      pump();
    } finally {
      lock.unlock();
    }
    failLost(failed, hello.name());
  }

  @Override
  public void lost(Peer peer) {
    List<ClusterTrip<?>> failed;
    Member member;
    lock.lock();
    try {
      member = member(peer);
      if (member == null) {
        return;
      }
      members.remove(member);
      failed = unboardAll(member);
      log.log(INFO, "{0}: {1} is gone; {2} there", this, member.name, members.size());
      watchAbsence();
      pump();
    } finally {
      lock.unlock();
    }
    failLost(failed, member.name);
  }

  /** Under the lock. Returns those that fail because they are not sent again. */
  private List<ClusterTrip<?>> unboardAll(Member member) {
    List<ClusterTrip<?>> failed = new ArrayList<>();
    for (Long number : List.copyOf(member.aboard.keySet())) {
      ClusterTrip<?> trip = unboard(member, number);
      if (trip != null && !sendAgain(trip)) {
        failed.add(trip);
      }
    }
    return failed;
  }

  private static void failLost(List<ClusterTrip<?>> failed, String member) {
    for (ClusterTrip<?> trip : failed) {
      fail(trip, "%s has left or does not answer; it had %s".formatted(member, trip));
    }
  }

  /** Under the lock. Whether there was nothing to fail any more, or another attempt. */
  private boolean sendAgain(ClusterTrip<?> trip) {
    if (trip.isDone()) {
      return true;
    }
    if (closed || trip.losses >= retries) {
      lost++;
      return false;
    }
    trip.losses++;
    retried++;
    queueAgain(trip);
    return true;
  }

  private static void fail(ClusterTrip<?> trip, String why) {
    trip.fail(new WorkerDiedException(why));
  }

  @Override
  public void received(Peer from, Letter letter) {
    Runnable ending;
    lock.lock();
    try {
      Member member = member(from);
      if (member != null && letter.kind() == Letter.LEAVING) {
        member.leaving = true;
        watchAbsence();
        post(member, new Letter(Letter.HEARD, letter.number()));
        return;
      }
      ClusterTrip<?> trip = member == null ? null : unboard(member, letter.number());
      if (member == null || trip == null) {
        late += letter.kind() == Letter.ANSWER ? 1 : 0;
        return;
      }
      ending = landed(trip, member.name, letter);
      pump();
    } finally {
      lock.unlock();
    }
    ending.run();
  }

  /** Under the lock. Returns how the task ends, for afterwards; does nothing if it goes on. */
  private Runnable landed(ClusterTrip<?> trip, String member, Letter letter) {
    switch (letter.kind()) {
      case Letter.ANSWER -> {
        answered++;
        return () -> trip.arrive(ByteBuffer.wrap(letter.body()), member);
      }
      case Letter.GIVEN_BACK -> {
        if (closed) {
          return () -> failClosed(trip);
        }
        queueAgain(trip);
      }
      case Letter.ABANDONED -> {
        if (!sendAgain(trip)) {
          return () -> fail(trip, "%s was stopped while it ran %s".formatted(member, trip));
        }
      }
      default -> { // REFUSED: no other letter is about a task of ours
        return () ->
            trip.fail(
                new RejectedExecutionException(
                    "%s: queue is full at %s; %s is not taken".formatted(this, member, trip)));
      }
    }
    return () -> {};
  }

  /** Under the lock. When nobody takes tasks, they do not wait for ever. */
  private void watchAbsence() {
    if (members.stream().allMatch(member -> member.leaving)) {
      int absence = ++attendance;
      alarms.in(patience, () -> giveUp(absence));
    }
  }

  private void giveUp(int absence) {
    List<ClusterTrip<?>> waiting;
    String why;
    lock.lock();
    try {
      if (absence != attendance || closed) {
        return; // somebody has come, or has come and gone, meanwhile
      }
      why =
          "no worker has been there for %s; start one: overtake worker --join %s"
              .formatted(patience, Membership.text(station.address()));
      deserted = why;
      waiting = List.copyOf(queue);
      queue.clear();
      queuedBytes = 0;
    } finally {
      lock.unlock();
    }
    for (ClusterTrip<?> trip : waiting) {
      trip.fail(new RejectedExecutionException(this + ": " + why + "; " + trip + " was given up"));
    }
  }

  ClusterFigures figures() {
    lock.lock();
    try {
      int aboard = members.stream().mapToInt(member -> member.aboard.size()).sum();
      int taking = (int) members.stream().filter(member -> !member.leaving).count();
      return new ClusterFigures(queue.size(), aboard, taking, answered, lost, retried, late);
    } finally {
      lock.unlock();
    }
  }

  /** Fails what waits, interrupts what runs, waits for that up to the grace period, and leaves. */
  void close() {
    List<ClusterTrip<?>> waiting;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      waiting = List.copyOf(queue);
      queue.clear();
      queuedBytes = 0;
      for (Member member : members) {
        for (Long number : member.aboard.keySet()) {
          post(member, Letter.withdraw(number, true));
        }
      }
    } finally {
      lock.unlock();
    }
    waiting.forEach(this::failClosed);
    for (ClusterTrip<?> trip : awaitLanding()) {
      fail(trip, "%s was closed, and %s did not heed that for %s".formatted(this, trip, GRACE));
    }
    alarms.close();
    station.close();
  }

  private void failClosed(ClusterTrip<?> trip) {
    trip.fail(new RejectedExecutionException(this + ": closed before " + trip + " began"));
  }

  /** Returns what is still aboard after the grace period. */
  private List<ClusterTrip<?>> awaitLanding() {
    long leftNanos = GRACE.toNanos();
    lock.lock();
    try {
      try {
        while (leftNanos > 0 && members.stream().anyMatch(member -> !member.aboard.isEmpty())) {
          leftNanos = landing.awaitNanos(leftNanos);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      List<ClusterTrip<?>> left = new ArrayList<>();
      members.forEach(member -> left.addAll(member.aboard.values()));
      return left;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return spelling;
  }
}
