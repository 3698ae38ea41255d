// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thread of ours is a virtual thread like any other. */
class JdkBehaviourTest {
  private final Scheduler scheduler =
      Scheduler.builder().name("jdk").eventLoops(1).demotion(Demotion.NICE_5).build();

  @AfterEach
  void close() {
    scheduler.close();
  }

  private <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    scheduler.newThread("calling", task).start();
    return task.get();
  }

  private Thread start(String name, Waiting body) {
    Thread thread =
        scheduler.newThread(
            name,
            () -> {
              try {
                body.await();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    return thread;
  }

  private static void is(Thread thread, Thread.State state) {
    Eventually.that(thread + " is " + state, () -> thread.getState() == state);
  }

  private interface Waiting {
    void await() throws Exception;
  }

  private static void waitForEver(String way) throws Exception {
    switch (way) {
      case "sleep" -> Thread.sleep(Duration.ofDays(1));
      case "latch" -> new CountDownLatch(1).await();
      case "condition" -> awaitCondition();
      case "monitor" -> awaitMonitor();
      case "join" -> Thread.ofPlatform().daemon().start(LockSupport::park).join();
      case "future" -> new FutureTask<>(() -> 1).get();
      default -> throw new IllegalArgumentException(way);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleep", "latch", "condition", "monitor", "join", "future"})
  void interruptingEndsEveryWait(String way) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(() -> {
          try {
            waitForEver(way);
            return false;
          } catch (InterruptedException e) {
            return !Thread.currentThread().isInterrupted();
          }
        });
    Thread thread = scheduler.newThread("waiting", task);
    thread.start();
    is(thread, way.equals("sleep") ? Thread.State.TIMED_WAITING : Thread.State.WAITING);
    thread.interrupt();
    assertThat(task.get()).isTrue();
  }

  private static void awaitCondition() throws InterruptedException {
    ReentrantLock lock = new ReentrantLock();
    Condition never = lock.newCondition();
    lock.lock();
    try {
      while (lock.isHeldByCurrentThread()) {
        never.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void awaitMonitor() throws InterruptedException {
    Object monitor = new Object();
    synchronized (monitor) {
      while (Thread.holdsLock(monitor)) {
        monitor.wait();
      }
    }
  }

  @Test
  void aHogSeesItsInterruptAlsoAfterItHasLostItsLoop() {
    Thread hog =
        start(
            "hog",
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    Eventually.that("handed off", () -> scheduler.figures().overstaying() == 1);
    hog.interrupt();
    Eventually.ended(hog);
    assertThat(hog.isInterrupted()).isTrue();
  }

  @Test
  void anInterruptDoesNotReachTheNextThreadOnTheCarrier() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(
              call(() -> {
                Thread.currentThread().interrupt();
                return true;
              }))
          .isTrue();
      assertThat(call(() -> Thread.currentThread().isInterrupted())).isFalse();
    }
  }

  @Test
  void timedWaitsEndThoughHogsCompute() throws Exception {
    Hogs hogs = Hogs.on(scheduler, 3);
    assertThat(
            call(() -> {
              Thread.sleep(2);
              LockSupport.parkNanos(1_000_000);
              boolean timedOut = !new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
              Object monitor = new Object();
              long until = System.nanoTime() + 1_000_000;
              synchronized (monitor) {
                while (System.nanoTime() - until < 0) {
                  monitor.wait(1);
                }
              }
              return timedOut;
            }))
        .isTrue();
    hogs.close();
  }

  @Test
  void joinWaitsForTheEndOrItsTime() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Thread joined = start("joined", goOn::await);
    assertThat(call(() -> joined.join(Duration.ofMillis(1)))).isFalse();
    Thread joining = start("joining", joined::join);
    is(joining, Thread.State.WAITING);
    goOn.countDown();
    Eventually.ended(joining);
    assertThat(joined.getState()).isEqualTo(Thread.State.TERMINATED);
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // yielding is what is tested
  void yieldingLetsTheOtherThreadOfTheLoopRun() {
    AtomicBoolean seen = new AtomicBoolean();
    CyclicBarrier together = new CyclicBarrier(2);
    Thread yielding =
        start(
            "yielding",
            () -> {
              together.await();
              while (!seen.get()) {
                Thread.yield();
              }
            });
    start(
        "setting",
        () -> {
          together.await();
          seen.set(true);
        });
    Eventually.ended(yielding);
  }

  @Test
  void statesAreTold() throws Exception {
    Thread fresh = scheduler.newThread("fresh", () -> {});
    assertThat(fresh.getState()).isEqualTo(Thread.State.NEW);
    fresh.start();
    Eventually.ended(fresh);
    is(fresh, Thread.State.TERMINATED);
    Hogs hogs = Hogs.on(scheduler, 1);
    is(hogs.threads().getFirst(), Thread.State.RUNNABLE);
    hogs.close();
    Object monitor = new Object();
    Thread blocked;
    synchronized (monitor) {
      blocked =
          start(
              "blocked",
              () -> {
                synchronized (monitor) {
                  monitor.notifyAll();
                }
              });
      is(blocked, Thread.State.BLOCKED);
    }
    Eventually.ended(blocked);
  }

  @Test
  void stackTracesShowWhereAThreadWaitsOrComputes() {
    CountDownLatch goOn = new CountDownLatch(1);
    Thread parked = start("parked", () -> parkedHere(goOn));
    is(parked, Thread.State.WAITING);
    assertThat(parked.getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("parkedHere");
    goOn.countDown();
    Eventually.ended(parked);
    Hogs hogs = Hogs.on(scheduler, 1);
    assertThat(hogs.threads().getFirst().getStackTrace())
        .extracting(StackTraceElement::getMethodName)
        .contains("compute");
    hogs.close();
  }

  private static void parkedHere(CountDownLatch goOn) throws InterruptedException {
    goOn.await();
  }

  @Test
  void stackTracesTakenAllTheTimeLoseNoWakeUp() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread sleeping =
        start(
            "sleeping",
            () -> {
              for (int i = 0; i < 300; i++) {
                LockSupport.parkNanos(20_000);
                Thread.sleep(0);
              }
            });
    Thread watching =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                assertThat(sleeping.getStackTrace()).isNotNull();
              }
            });
    Eventually.ended(sleeping);
    stop.set(true);
    Eventually.ended(watching);
  }

  private static final ThreadLocal<String> OWN = ThreadLocal.withInitial(() -> "initial");
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();

  @Test
  void threadLocalsAndScopedValuesStayWithTheThreadThroughWaitsAndHandOffs() throws Exception {
    List<Future<String>> results = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String value = "value-" + i;
      FutureTask<String> task =
          new FutureTask<>(() ->
              ScopedValue.where(SCOPED, value)
                  .call(() -> {
                    OWN.set(value);
                    long before = scheduler.figures().computingHandoffs();
                    for (int n = 0; n < 3; n++) {
                      Thread.sleep(1);
                      computeUntilHandedOff(before);
                      assertThat(OWN.get()).isEqualTo(value);
                      assertThat(SCOPED.get()).isEqualTo(value);
                    }
                    return OWN.get() + SCOPED.get();
                  }));
      results.add(task);
      scheduler.newThread("with-locals", task).start();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(results.get(i).get()).isEqualTo("value-" + i + "value-" + i);
    }
    assertThat(call(OWN::get)).isEqualTo("initial");
    INHERITED.set("from the test");
    assertThat(call(INHERITED::get)).isEqualTo("from the test");
    INHERITED.remove();
  }

  private void computeUntilHandedOff(long before) {
    while (scheduler.figures().computingHandoffs() == before) {
      Thread.onSpinWait();
    }
  }

  @Test
  void virtualThreadsStartedByOursAreOurs() throws Exception {
    String[] carriers =
        call(() -> {
          AtomicReference<String> child = new AtomicReference<>("");
          Thread.startVirtualThread(() -> child.set(Thread.currentThread().toString())).join();
          try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            return new String[] {
              child.get(), executor.submit(() -> Thread.currentThread().toString()).get()
            };
          }
        });
    assertThat(carriers).allSatisfy(text -> assertThat(text).contains("@jdk-carrier-"));
    AtomicReference<String> stranger = new AtomicReference<>("");
    Thread.startVirtualThread(() -> stranger.set(Thread.currentThread().toString())).join();
    assertThat(stranger.get()).isNotEmpty().doesNotContain("@jdk-carrier-");
  }

  @Test
  void monitorsAndLocksExclude() throws Exception {
    int[] counts = new int[2];
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      threads.add(
          start(
              "counting-" + i,
              () -> {
                for (int n = 0; n < 500; n++) {
                  synchronized (monitor) {
                    counts[0]++;
                    if (n % 100 == 0) {
                      Thread.sleep(0, 1000);
                    }
                  }
                  lock.lock();
                  try {
                    counts[1]++;
                  } finally {
                    lock.unlock();
                  }
                }
              }));
    }
    threads.forEach(Eventually::ended);
    assertThat(counts).containsExactly(10_000, 10_000);
  }

  @Test
  void waitAndNotifyPassThreadsBothWays() throws Exception {
    Object monitor = new Object();
    int[] turn = new int[1];
    Thread odd = start("odd", () -> playTurns(monitor, turn, 1));
    playTurns(monitor, turn, 0);
    Eventually.ended(odd);
    assertThat(turn[0]).isEqualTo(400);
  }

  private static void playTurns(Object monitor, int[] turn, int parity)
      throws InterruptedException {
    synchronized (monitor) {
      while (turn[0] < 400) {
        if (turn[0] % 2 == parity) {
          turn[0]++;
          monitor.notifyAll();
        } else {
          monitor.wait();
        }
      }
    }
  }

  @Test
  void dumpsShowOurThreadsByName(@TempDir Path folder) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Thread parked = start("conn-parked", goOn::await);
    is(parked, Thread.State.WAITING);
    Hogs hogs = Hogs.on(scheduler, 1);
    Path text = folder.resolve("dump.txt");
    Path json = folder.resolve("dump.json");
    var diagnostics = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    diagnostics.dumpThreads(text.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    diagnostics.dumpThreads(json.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
    for (Path dump : List.of(text, json)) {
      assertThat(Files.readString(dump))
          .contains("conn-parked", "hog-0", "Hogs.compute", "jdk-carrier-", "jdk-watchdog");
    }
    hogs.close();
    goOn.countDown();
    Eventually.ended(parked);
  }

  @Test
  void whatAThreadDoesNotCatchGoesToItsHandlerAndHurtsNobodyElse() throws Exception {
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    for (Throwable thrown :
        List.of(new IllegalStateException("x"), new AssertionError("y"), new Error("z"))) {
      Thread thread = scheduler.newThread("throwing", () -> sneaky(thrown));
      thread.setUncaughtExceptionHandler((t, e) -> uncaught.set(e));
      thread.start();
      Eventually.ended(thread);
      assertThat(uncaught.get()).isSameAs(thrown);
    }
    Thread deep = scheduler.newThread("deep", () -> assertThat(depth(0)).isNegative());
    deep.setUncaughtExceptionHandler((t, e) -> uncaught.set(e));
    deep.start();
    Eventually.ended(deep);
    assertThat(uncaught.get()).isInstanceOf(StackOverflowError.class);
    assertThat(call(() -> "alive")).isEqualTo("alive");
    assertThat(scheduler.figures().carriers()).isGreaterThanOrEqualTo(1);
    Eventually.that("none left", () -> scheduler.figures().threads() == 0);
  }

  private static void sneaky(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    throw (Error) thrown;
  }

  private static int depth(int level) {
    return level < 0 ? 0 : depth(level + 1) + 1;
  }

  @Test
  void namesAndNumbersAreAsAsked() {
    ThreadFactory named = scheduler.threadFactory("conn-");
    ThreadFactory others = scheduler.threadFactory("task-");
    assertThat(List.of(named.newThread(() -> {}), named.newThread(() -> {})))
        .extracting(Thread::getName)
        .containsExactly("conn-0", "conn-1");
    assertThat(others.newThread(() -> {}).getName()).isEqualTo("task-0");
    Thread nameless = scheduler.threadFactory("").newThread(() -> {});
    assertThat(nameless.getName()).isEmpty();
    assertThat(nameless.isVirtual()).isTrue();
    assertThat(nameless.isDaemon()).isTrue();
  }

  @Test
  void theExecutorRunsEachTaskInAThreadOfItsOwnAndClosesWhenAllHaveEnded() throws Exception {
    List<Future<String>> results = new ArrayList<>();
    ExecutorService executor = scheduler.executor();
    try (executor) {
      for (int i = 0; i < 50; i++) {
        results.add(executor.submit(() -> Thread.currentThread().getName()));
      }
    }
    assertThat(results).allMatch(Future::isDone);
    assertThat(results.stream().map(Future::resultNow).distinct()).hasSize(50);
    assertThat(executor.isTerminated()).isTrue();
  }

  @Test
  void aTaskMayRunAsOneSlice() throws Exception {
    FutureTask<String> task = new FutureTask<>(() -> Thread.currentThread().getName());
    scheduler.slices().execute(task);
    assertThat(task.get()).startsWith("jdk-carrier-");
  }
}
