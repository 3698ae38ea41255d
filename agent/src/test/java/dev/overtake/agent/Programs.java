// SPDX-License-Identifier: Apache-2.0
package dev.overtake.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import jdk.jfr.consumer.RecordingStream;
import jdk.management.VirtualThreadSchedulerMXBean;

/** Programs that know nothing of Overtake, each by the name of its method. */
final class Programs {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private Programs() {}

  public static void main(String[] arguments) throws Exception {
    Programs.class.getDeclaredMethod(arguments[0]).invoke(null);
  }

  /** Returns when that many compute, without a pause, for ever: they do not keep the JVM alive. */
  private static void hogs(int count) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(PROCESSORS);
    for (int i = 0; i < count; i++) {
      Thread.ofVirtual().name("hog-" + i).start(() -> compute(begun));
    }
    begun.await();
  }

  private static void compute(CountDownLatch begun) {
    begun.countDown();
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Without time sharing this waits for its whole time; with it, for none. */
  private static int after(AtomicInteger count, int wanted) throws InterruptedException {
    for (int i = 0; i < 150 && count.get() < wanted; i++) {
      Thread.sleep(10);
    }
    return count.get();
  }

  private static int shortTasks() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor(); // never closed: hogs
    for (int i = 0; i < 20; i++) {
      executor.execute(() -> {
        LockSupport.parkNanos(1_000_000);
        done.incrementAndGet();
      });
    }
    return after(done, 20);
  }

  static void shortTasksBesideHogs() throws InterruptedException {
    hogs(PROCESSORS);
    System.out.println("short tasks done: " + shortTasks());
  }

  static void socketsBesideHogs() throws Exception {
    hogs(2 * PROCESSORS + 1);
    AtomicInteger answers = new AtomicInteger();
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answer(listening));
      Thread.ofPlatform().daemon().start(() -> ask(listening.getLocalPort(), answers));
      System.out.println("answers: " + after(answers, 50));
    }
  }

  private static void answer(ServerSocket listening) {
    try (Socket socket = listening.accept()) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int c; (c = in.read()) >= 0; ) {
        out.write(c);
      }
    } catch (IOException e) {
      System.out.println(e);
    }
  }

  private static void ask(int port, AtomicInteger answers) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (int i = 0; i < 50; i++) {
        socket.getOutputStream().write(i);
        if (socket.getInputStream().read() == i) {
          answers.incrementAndGet();
        }
      }
    } catch (IOException e) {
      System.out.println(e);
    }
  }

  /** Its peer is always quick, so it never waits: does another one run before it has overstayed? */
  static void quickPeers() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ServerSocketChannel listening = ServerSocketChannel.open().bind(any)) {
      readBesideAnother(listening.getLocalAddress(), () -> reading(listening.accept()));
      readBesideAnother(listening.getLocalAddress(), () -> reading(listening.accept().socket()));
    }
    try (ServerSocket listening = new ServerSocket()) {
      listening.bind(any);
      readBesideAnother(listening.getLocalSocketAddress(), () -> reading(listening.accept()));
    }
    System.out.println("hand-offs: " + handOffs());
  }

  private interface Read {
    void once() throws IOException;
  }

  private static Read reading(SocketChannel socket) {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    return () -> socket.read(buffer.clear());
  }

  private static Read reading(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return in::read;
  }

  private static void readBesideAnother(SocketAddress address, Callable<Read> accept)
      throws Exception {
    CountDownLatch another = new CountDownLatch(1);
    Thread.ofPlatform().daemon().start(() -> send(address, another));
    FutureTask<?> reading =
        new FutureTask<>(() -> {
          Read read = accept.call();
          Thread.ofVirtual().start(another::countDown);
          while (another.getCount() > 0) {
            read.once();
          }
          return null;
        });
    Thread.ofVirtual().start(reading);
    reading.get();
    System.out.println("another one has run");
  }

  private static void send(SocketAddress address, CountDownLatch enough) {
    try (SocketChannel socket = SocketChannel.open(address)) {
      while (enough.getCount() > 0) {
        socket.write(ByteBuffer.allocate(4096));
      }
    } catch (IOException e) {
      System.out.println(e);
    }
  }

  private static final CountDownLatch INITIALIZED = new CountDownLatch(1);

  /** A thread that waits in here, and whoever waits for it, is pinned. */
  private static final class Slow {
    static final int VALUE = await();

    private static int await() {
      try {
        INITIALIZED.await();
        return 1;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static void pinnedWaits() throws Exception {
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 2 * PROCESSORS + 1; i++) {
      Thread.ofVirtual().start(() -> done.addAndGet(Slow.VALUE));
    }
    System.out.println("short tasks done: " + shortTasks());
    Thread.ofVirtual().start(INITIALIZED::countDown);
    System.out.println("pinned ones done: " + (after(done, 2 * PROCESSORS + 1) == done.get()));
  }

  private static String priority() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return "nice " + fields[16] + ", policy " + fields[38];
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The priorities of threads that an overstaying thread, beside others, has started. */
  static void priorities() throws Exception {
    hogs(PROCESSORS);
    CompletableFuture<String> started = new CompletableFuture<>();
    CompletableFuture<String> pooled = new CompletableFuture<>();
    CompletableFuture<String> overstaying = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          String lowered = priority();
          while (!lowered.endsWith("policy 5")) { // SCHED_IDLE, the second of two system calls
            lowered = priority();
          }
          overstaying.complete(lowered);
          Thread.ofPlatform().daemon().start(() -> started.complete(priority()));
          try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
            pool.execute(() -> pooled.complete(priority()));
          }
        });
    System.out.println("overstaying: " + overstaying.get());
    System.out.println("as main: " + started.get().equals(priority()));
    System.out.println("as main: " + pooled.get().equals(priority()));
  }

  static void whereVirtualThreadsRun() throws InterruptedException {
    Thread.ofVirtual()
        .start(() -> System.out.println(Thread.currentThread().toString().replaceAll(".*@", "on ")))
        .join();
  }

  static void exitFromAVirtualThread() throws InterruptedException {
    hogs(PROCESSORS);
    Thread.ofVirtual().start(() -> System.exit(7)).join();
  }

  /** Until it is ended from outside. */
  static void serve() throws Exception {
    hogs(PROCESSORS);
    Thread.ofVirtual().name("a parked one").start(LockSupport::park);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> System.out.println("hook: " + unchecked())));
    System.out.println("ready");
    Thread.currentThread().join();
  }

  private static int unchecked() {
    try {
      return shortTasks();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void figures() throws Exception {
    hogs(PROCESSORS);
    int handoffs = 0;
    for (int i = 0; i < 1000 && handoffs < PROCESSORS; i++) {
      Thread.sleep(10);
      handoffs = handOffs();
    }
    System.out.println("hand-offs: " + (handoffs >= PROCESSORS));
    var jdks = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    jdks.setParallelism(PROCESSORS); // what it is already
    System.out.println("parallelism: " + (jdks.getParallelism() == PROCESSORS));
    System.out.println("mounted: " + (jdks.getMountedVirtualThreadCount() >= PROCESSORS));
    System.out.println("pool size: " + (jdks.getPoolSize() >= 2 * PROCESSORS));
  }

  private static int handOffs() throws Exception {
    ObjectName name = new ObjectName("dev.overtake:type=Scheduler,name=\"overtake\"");
    CompositeData figures =
        (CompositeData) ManagementFactory.getPlatformMBeanServer().getAttribute(name, "Figures");
    return ((Number) figures.get("computingHandoffs")).intValue();
  }

  static void recording() throws Exception {
    CompletableFuture<String> handedOff = new CompletableFuture<>();
    try (RecordingStream stream = new RecordingStream()) {
      stream.enable("dev.overtake.Handoff");
      stream.onEvent(
          "dev.overtake.Handoff",
          event -> {
            if (event.getString("culprit").contains("Programs.compute")) {
              handedOff.complete(event.getString("thread"));
            }
          });
      stream.startAsync();
      hogs(PROCESSORS);
      System.out.println("handed off: " + handedOff.get(30, TimeUnit.SECONDS));
    }
  }

  static void whatIsObserved() throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream(); // the log, before it is used first
    System.setErr(new PrintStream(said, true, UTF_8));
    hogs(PROCESSORS);
    System.out.println("short tasks done: " + shortTasks());
    while (!said.toString(UTF_8).contains("seen at this place")) {
      Thread.sleep(10);
    }
    System.out.println(said.toString(UTF_8));
    var jdks = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    System.out.println("parallelism: " + (jdks.getParallelism() == PROCESSORS));
  }

  static void library() throws Exception {
    var jdks = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
    TimeSharing sharing = TimeSharing.start("mode=protect,quantum=2ms");
    TimeSharing second = TimeSharing.start("mode=observe");
    hogs(PROCESSORS);
    System.out.println("short tasks done: " + shortTasks());
    System.out.println("more carriers: " + (jdks.getParallelism() > PROCESSORS));
    second.close();
    sharing.close();
    System.out.println("parallelism: " + (jdks.getParallelism() == PROCESSORS));
  }
}
