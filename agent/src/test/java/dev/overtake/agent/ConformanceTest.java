// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What programs expect of virtual threads. The build runs this twice with the same expectations: on
 * the JDK's own scheduler, and under the agent.
 */
@SuppressWarnings("ThreadPriorityCheck") // a yield is one of the ways in which threads change
class ConformanceTest {
  private static <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().name("calling").start(task);
    return task.get(60, TimeUnit.SECONDS);
  }

  private static void is(Thread thread, Thread.State state) {
    await().until(() -> thread.getState() == state);
  }

  @Test
  void thisRunIsUnderWhatItIsMeantToBe() throws Exception {
    String under = System.getProperty("conformance.under");
    assertThat(System.getProperty("overtake.agent")).isEqualTo(under);
    assertThat(call(() -> Thread.currentThread().toString()))
        .contains(under == null ? "@ForkJoinPool-1-worker-" : "@overtake-carrier-");
  }

  @Test
  void aVirtualThreadIsItself() throws Exception {
    AtomicReference<Thread> seen = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .name("itself")
            .unstarted(() -> {
              Thread.yield();
              seen.set(Thread.currentThread());
            });
    assertThat(thread.getState()).isEqualTo(Thread.State.NEW);
    assertThat(thread.getThreadGroup()).isNotNull();
    thread.start();
    thread.join();
    assertThat(seen.get()).isSameAs(thread);
    assertThat(thread.isVirtual()).isTrue();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
    assertThat(thread.getState()).isEqualTo(Thread.State.TERMINATED);
    assertThatThrownBy(thread::start).isInstanceOf(IllegalThreadStateException.class);
  }

  private static void waitForEver(String way) throws Exception {
    switch (way) {
      case "sleep" -> Thread.sleep(Duration.ofDays(1));
      case "park" -> {
        LockSupport.park();
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      case "timed wait" -> {
        Object monitor = new Object();
        synchronized (monitor) {
          while (true) {
            monitor.wait(Duration.ofDays(1).toMillis());
          }
        }
      }
      case "queue" -> new SynchronousQueue<String>().take();
      case "lock" -> {
        ReentrantLock lock = new ReentrantLock();
        Thread.ofPlatform().daemon().start(lock::lock).join();
        lock.lockInterruptibly();
      }
      case "join" -> Thread.ofVirtual().start(LockSupport::park).join();
      default -> throw new AssertionError(way);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleep", "park", "timed wait", "queue", "lock", "join"})
  void anInterruptEndsAWait(String way) throws Exception {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                waitForEver(way);
                interrupted.complete(false);
              } catch (InterruptedException e) {
                interrupted.complete(!Thread.currentThread().isInterrupted());
              } catch (Exception e) {
                interrupted.completeExceptionally(e);
              }
            });
    await()
        .until(() ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
    thread.interrupt();
    assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void timedWaitsEndAndNotBeforeTheirTime() throws Exception {
    long elapsed =
        call(() -> {
          long start = System.nanoTime();
          Thread.sleep(20);
          return System.nanoTime() - start;
        });
    assertThat(elapsed).isGreaterThanOrEqualTo(20_000_000);
    assertThat(call(() -> new Semaphore(0).tryAcquire(5, TimeUnit.MILLISECONDS))).isFalse();
    assertThat(call(() -> Thread.ofVirtual().start(LockSupport::park).join(Duration.ofMillis(5))))
        .isFalse();
    Object monitor = new Object();
    boolean held =
        call(() -> {
          synchronized (monitor) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < 5_000_000) {
              monitor.wait(1);
            }
            return Thread.holdsLock(monitor);
          }
        });
    assertThat(held).isTrue();
  }

  @Test
  void sleepsLastAtLeastTheirLength() throws Exception {
    Map<Duration, Duration> slept = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 5; i > 0; i--) {
      Duration length = Duration.ofMillis(20L * i);
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                long began = System.nanoTime();
                try {
                  Thread.sleep(length);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                slept.put(length, Duration.ofNanos(System.nanoTime() - began));
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(slept)
        .hasSize(5)
        .allSatisfy((length, lasted) -> assertThat(lasted).isGreaterThanOrEqualTo(length));
  }

  @Test
  void statesAndStacksAreTold() throws Exception {
    Thread parked = Thread.ofVirtual().start(LockSupport::park);
    is(parked, Thread.State.WAITING);
    assertThat(parked.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("park"));
    LockSupport.unpark(parked);
    is(parked, Thread.State.TERMINATED);
    Object monitor = new Object();
    Thread blocked;
    synchronized (monitor) {
      blocked =
          Thread.ofVirtual()
              .start(() -> {
                synchronized (monitor) {
                  Thread.yield();
                }
              });
      is(blocked, Thread.State.BLOCKED);
    }
    is(blocked, Thread.State.TERMINATED);
    AtomicInteger stop = new AtomicInteger();
    Thread running =
        Thread.ofVirtual()
            .start(() -> {
              while (stop.get() == 0) {
                Thread.onSpinWait();
              }
            });
    is(running, Thread.State.RUNNABLE);
    stop.set(1);
    is(running, Thread.State.TERMINATED);
  }

  @Test
  void threadLocalsStayWithTheirThreadAndAreInheritedWhereAsked() throws Exception {
    ThreadLocal<Integer> own = new ThreadLocal<>();
    InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
    ScopedValue<String> scoped = ScopedValue.newInstance();
    List<Future<Boolean>> results = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        int number = i;
        results.add(
            executor.submit(() ->
                ScopedValue.where(scoped, "scope " + number)
                    .call(() -> {
                      own.set(number);
                      inherited.set("from " + number);
                      AtomicReference<String> child = new AtomicReference<>();
                      for (int k = 0; k < 10; k++) {
                        Thread.yield();
                        Thread.sleep(0, 1000);
                      }
                      Thread.ofVirtual().start(() -> child.set(inherited.get())).join();
                      return own.get() == number
                          && ("from " + number).equals(child.get())
                          && ("scope " + number).equals(scoped.get());
                    })));
      }
    }
    for (Future<Boolean> result : results) {
      assertThat(result.get()).isTrue();
    }
  }

  @Test
  void monitorsExcludeAndNotifyPassesTurns() throws Exception {
    Object monitor = new Object();
    int[] turn = {0};
    int players = 8;
    List<Thread> threads = new ArrayList<>();
    for (int player = 0; player < players; player++) {
      int own = player;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int round = 0; round < 200; round++) {
                  synchronized (monitor) {
                    while (turn[0] % players != own) {
                      try {
                        monitor.wait();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    }
                    turn[0]++;
                    monitor.notifyAll();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
    assertThat(turn[0]).isEqualTo(players * 200);
  }

  @Test
  void tensOfThousandsOfThreadsAllRun() throws Exception {
    AtomicInteger done = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20_000; i++) {
        executor.execute(() -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          done.incrementAndGet();
        });
      }
      go.countDown();
    }
    assertThat(done).hasValue(20_000);
  }

  @Test
  void executorsAnswerCancelAndShutDown() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int number = i;
        tasks.add(() -> {
          Thread.sleep(1);
          return number;
        });
      }
      int sum = 0;
      for (Future<Integer> answer : executor.invokeAll(tasks)) {
        sum += answer.get();
      }
      assertThat(sum).isEqualTo(4950);
      Future<?> waiting = executor.submit(() -> LockSupport.park());
      assertThat(waiting.cancel(true)).isTrue();
      Future<Integer> failing =
          executor.submit(() -> {
            throw new IOException("as meant");
          });
      assertThatThrownBy(failing::get)
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("as meant");
      Future<?> sleeping = executor.submit(() -> waitForEverUnchecked());
      executor.shutdownNow();
      assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      assertThat(sleeping.isDone()).isTrue();
    }
  }

  private static void waitForEverUnchecked() {
    try {
      Thread.sleep(Duration.ofDays(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void barriersLocksAndQueuesJoinPlatformAndVirtualThreads() throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(6);
    ReentrantLock lock = new ReentrantLock(true);
    int[] count = {0};
    Runnable round =
        () -> {
          for (int i = 0; i < 50; i++) {
            lock.lock();
            try {
              count[0]++;
            } finally {
              lock.unlock();
            }
            try {
              barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(Thread.ofVirtual().start(round));
      threads.add(Thread.ofPlatform().daemon().start(round));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
    assertThat(count[0]).isEqualTo(300);
  }

  @Test
  void whatIsNotCaughtGoesToTheHandler() throws Exception {
    AtomicReference<Throwable> caught = new AtomicReference<>();
    Thread.ofVirtual()
        .uncaughtExceptionHandler((thread, e) -> caught.set(e))
        .start(() -> {
          throw new IllegalStateException("as meant");
        })
        .join();
    assertThat(caught.get()).hasMessage("as meant");
  }

  @Test
  void platformThreadsStartedByVirtualOnesRunOnceAndFailToStartTwice() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Throwable second =
        call(() -> {
          Thread child = Thread.ofPlatform().daemon().name("child").start(runs::incrementAndGet);
          child.join();
          try {
            child.start();
            return null;
          } catch (IllegalThreadStateException e) {
            return e;
          }
        });
    assertThat(second).isNotNull();
    assertThat(runs).hasValue(1);
  }

  private static void answer(ServerSocket listening) {
    try {
      while (true) {
        Socket socket = listening.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket;
                  InputStream in = socket.getInputStream()) {
                in.transferTo(socket.getOutputStream());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
      }
    } catch (IOException e) {
      assertThat(listening.isClosed()).isTrue();
    }
  }

  @Test
  void socketsEcho() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Thread.ofVirtual().start(() -> answer(listening));
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String text = "words of client " + i + " ".repeat(i * 1000);
        answers.add(
            clients.submit(() -> {
              try (Socket socket =
                  new Socket(listening.getInetAddress(), listening.getLocalPort())) {
                socket.getOutputStream().write(text.getBytes(UTF_8));
                socket.shutdownOutput();
                return new String(socket.getInputStream().readAllBytes(), UTF_8).equals(text)
                    ? "same"
                    : "different";
              }
            }));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("same");
      }
    }
  }

  @Test
  void readsTimeOutEndByCloseAndByInterrupt() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Socket socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
      Throwable timeout =
          call(() -> {
            socket.setSoTimeout(5);
            return failure(() -> socket.getInputStream().read());
          });
      assertThat(timeout).isInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(0);
      FutureTask<Throwable> closed =
          new FutureTask<>(() -> failure(() -> socket.getInputStream().read()));
      is(Thread.ofVirtual().start(closed), Thread.State.WAITING);
      socket.close();
      assertThat(closed.get(60, TimeUnit.SECONDS)).isInstanceOf(SocketException.class);
    }
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
      FutureTask<Throwable> interrupted =
          new FutureTask<>(() -> failure(() -> channel.read(ByteBuffer.allocate(1))));
      Thread reader = Thread.ofVirtual().start(interrupted);
      is(reader, Thread.State.WAITING);
      reader.interrupt();
      assertThat(interrupted.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ClosedByInterruptException.class);
    }
  }

  private static Throwable failure(Callable<?> work) {
    try {
      return new AssertionError("no failure but " + work.call());
    } catch (Exception e) {
      return e;
    }
  }

  @Test
  void filesAreWrittenAndRead(@TempDir Path folder) throws Exception {
    List<Future<String>> contents = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        Path file = folder.resolve("file-" + i);
        contents.add(
            executor.submit(() -> {
              Files.writeString(file, file.toString());
              return Files.readString(file);
            }));
      }
    }
    for (int i = 0; i < 100; i++) {
      assertThat(contents.get(i).get()).endsWith("file-" + i);
    }
  }

  @Test
  void processesAreStartedAndAwaited() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int status =
        call(() ->
            new ProcessBuilder(java, "--no-such-flag")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor());
    assertThat(status).isEqualTo(1);
  }

  @Test
  void dumpsShowVirtualThreads(@TempDir Path folder) throws Exception {
    Thread parked = Thread.ofVirtual().name("a parked one").start(LockSupport::park);
    is(parked, Thread.State.WAITING);
    Path dump = folder.resolve("dump");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    LockSupport.unpark(parked);
    assertThat(Files.readString(dump)).contains("\"a parked one\" virtual");
  }
}
