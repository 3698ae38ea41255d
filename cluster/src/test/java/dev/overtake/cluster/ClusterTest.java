// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.cluster.Letter.Hello;
import dev.overtake.compute.Compute;
import dev.overtake.compute.Task;
import dev.overtake.compute.Trip;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Members in one process: who may join, who computes, and how they come and go. */
final class ClusterTest extends InACluster {
  ClusterTest() {
    super(Duration.ofSeconds(3));
  }

  private ClusterCompute asker(int workers, InetSocketAddress... join) throws IOException {
    return asker(ClusterCompute.builder(membership().join(List.of(join))), workers);
  }

  @Test
  void workersComeAndGoWhileItServes() throws Exception {
    ClusterCompute compute = asker(0);
    ClusterWorker first = worker(membership().join(List.of(Membership.address(text(compute)))));
    awaitMembers(compute, 1);
    assertThat(compute.call(Deeds.square(3))).isEqualTo(9);

    ClusterWorker second = worker(membership().join(List.of(first.address())));
    awaitMembers(compute, 2);
    first.close();
    assertThat(compute.figures().members()).isEqualTo(1);
    assertThat(compute.call(Deeds.square(4))).isEqualTo(16);
    assertThat(first.figures().ended()).isEqualTo(1);
    assertThat(second.figures().ended()).isEqualTo(1);
  }

  private static String text(ClusterCompute compute) {
    return Membership.text(compute.address());
  }

  @Test
  void aRollingRestartUnderLoadLosesNothing() throws Exception {
    List<ClusterWorker> workers = new ArrayList<>();
    workers.add(worker(membership()));
    InetSocketAddress first = workers.getFirst().address();
    workers.add(worker(membership().join(List.of(first))));
    workers.add(worker(membership().join(List.of(first))));
    ClusterCompute compute = asker(3, first, workers.get(1).address());
    AtomicBoolean end = new AtomicBoolean();
    AtomicLong asked = new AtomicLong();
    List<Future<Long>> callers = new ArrayList<>();
    long taken = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        callers.add(
            threads.submit(() -> {
              long wrong = 0;
              while (!end.get()) {
                long n = asked.incrementAndGet();
                wrong += compute.call(Deeds.square(n)) == n * n ? 0 : 1;
              }
              return wrong;
            }));
      }
      try {
        for (int i = 0; i < 3; i++) {
          long before = asked.get();
          await().until(() -> asked.get() > before + 100);
          InetSocketAddress other = workers.get((i + 1) % 3).address();
          ClusterWorker old = workers.get(i);
          old.close();
          taken += old.figures().ended();
          assertThat(old.figures().abandoned()).isZero();
          workers.set(i, worker(membership().join(List.of(other))));
          awaitMembers(compute, 3);
        }
      } finally {
        end.set(true);
      }
      for (Future<Long> caller : callers) {
        assertThat(caller.get()).isZero();
      }
    }
    for (ClusterWorker worker : workers) {
      taken += worker.figures().ended();
    }
    assertThat(taken).isEqualTo(asked.get());
    ClusterFigures figures = compute.figures();
    assertThat(figures.answered()).isEqualTo(asked.get());
    assertThat(figures.lost()).isZero();
    assertThat(figures.late()).isZero();
    assertThat(figures.aboard() + figures.queued()).isZero();
  }

  @Test
  void longTasksOnAWorkerDoNotHoldUpShortOnes() throws Exception {
    ClusterWorker worker = worker(membership());
    ClusterCompute compute = asker(1, worker.address());
    Path sign = folder.resolve("sign");
    List<Trip<Long>> hogs = new ArrayList<>();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      hogs.add(compute.submit(new Task<>("hog", 1, new Deeds.Hog(sign.toString()))));
    }
    await().until(() -> worker.figures().running() == hogs.size());

    for (long n = 0; n < 20; n++) {
      assertThat(compute.call(Deeds.square(n))).isEqualTo(n * n);
    }

    assertThat(hogs).noneMatch(Future::isDone);
    Files.createFile(sign);
    for (Trip<Long> hog : hogs) {
      assertThat(hog.get()).isNotNull();
    }
  }

  @Test
  void rejectsInOneLineWhenNobodyHasComeForTooLong() throws Exception {
    ClusterCompute compute =
        asker(ClusterCompute.builder(membership()).patience(Duration.ofMillis(100)), 0);

    assertThatThrownBy(() -> compute.submit(Deeds.square(2)).get())
        .satisfies(e ->
            assertThat(e.getCause() == null ? e : e.getCause())
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("no worker has been there for PT0.1S")
                .hasMessageContaining("overtake worker --join 127.0.0.1:")
                .hasMessageNotContaining("\n"));
    worker(membership().join(List.of(Membership.address(text(compute)))));
    awaitMembers(compute, 1);
    assertThat(compute.call(Deeds.square(3))).isEqualTo(9);
  }

  @Test
  void aWorkerThatIsStoppedInterruptsWhatRunsOnAndItsCallerHears() throws Exception {
    ClusterWorker worker = worker(ClusterWorker.builder(membership()).grace(Duration.ofMillis(50)));
    ClusterCompute compute = asker(1, worker.address());
    Trip<Long> hog =
        compute.submit(new Task<>("hog", 1, new Deeds.Hog(folder.resolve("never").toString())));
    await().until(() -> worker.figures().running() == 1);

    worker.close();

    assertThatThrownBy(hog::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("was stopped while it ran task hog(1)");
    assertThat(worker.figures().abandoned()).isEqualTo(1);
  }

  @Test
  void withoutTheKeyNobodyJoins() throws Exception {
    Process one = keytool("one");
    Process two = keytool("other");
    ClusterKey key = key("one", one);
    ClusterKey other = key("other", two);
    ClusterWorker worker = worker(membership().key(key));
    ClusterCompute member =
        asker(ClusterCompute.builder(membership().key(key).join(List.of(worker.address()))), 1);
    assertThat(member.call(Deeds.square(3))).isEqualTo(9);

    List<ClusterCompute> strangers = new ArrayList<>();
    for (Membership strange : List.of(membership(), membership().key(other))) {
      strangers.add(
          opened(
              ClusterCompute.builder(strange.join(List.of(worker.address())))
                  .patience(Duration.ofMillis(500))
                  .build()));
    }
    inParallel(strangers, ClusterCompute::start);
    for (ClusterCompute stranger : strangers) {
      assertThatThrownBy(() -> stranger.submit(Deeds.square(2)).get())
          .hasStackTraceContaining("no worker has been there");
    }
    assertThat(member.call(Deeds.square(4))).isEqualTo(16);

    // The order of the settings does not matter.
    String spelling = "cluster:127.0.0.1:7899,bind=192.0.2.1,key=" + folder.resolve("one.p12");
    try (Compute elsewhere = Compute.parse(spelling)) {
      assertThat(elsewhere).hasToString(spelling);
    }
  }

  private Process keytool(String name) throws IOException {
    Path password = Files.writeString(folder.resolve(name + ".p12.password"), "secret-of-" + name);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-J-XX:TieredStopAtLevel=1",
            "-genkeypair",
            "-alias",
            "cluster",
            "-keyalg",
            "EC",
            "-dname",
            "CN=overtake",
            "-storetype",
            "PKCS12",
            "-keystore",
            folder.resolve(name + ".p12").toString(),
            "-storepass:file",
            password.toString())
        .inheritIO()
        .start();
  }

  private ClusterKey key(String name, Process keytool) throws IOException, InterruptedException {
    assertThat(keytool.waitFor()).isZero();
    return ClusterKey.read(folder.resolve(name + ".p12"));
  }

  @Test
  void onlyLoopbackIsBoundWithoutAKey() {
    assertThatThrownBy(() -> membership().bind(Membership.address("192.0.2.1:0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("192.0.2.1")
        .hasMessageContaining("name a key");
    assertThatThrownBy(() -> membership().bind(Membership.address("0.0.0.0:0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0.0.0");
  }

  @Test
  void refusesAPortThatIsTakenInOneLine() throws Exception {
    ClusterWorker worker = worker(membership());

    assertThatThrownBy(() -> worker(membership().bind(worker.address())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Membership.text(worker.address()))
        .hasMessageContaining("name a free port")
        .hasMessageNotContaining("\n");
  }

  @Test
  void anotherVersionOfATasksClassIsOneClearError() throws Exception {
    URLClassLoader here = compiled("here", "n + 1");
    URLClassLoader there = compiled("there", "n + 2");
    ClusterWorker worker = worker(ClusterWorker.builder(membership()).classes(there));
    ClusterCompute compute = asker(1, worker.address());
    Callable<?> task =
        (Callable<?>) here.loadClass("Plus").getConstructor(int.class).newInstance(1);

    assertThatThrownBy(() -> compute.call(new Task<>("plus", 1, task)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("class Plus is another version here than at its sender")
        .hasMessageContaining("give both the same jar");
    assertThat(compute.call(Deeds.square(2))).isEqualTo(4);
  }

  @Test
  void aClassThatAWorkerDoesNotHaveIsOneClearError() throws Exception {
    ClusterWorker worker = worker(membership());
    ClusterCompute compute = asker(1, worker.address());
    Callable<?> task =
        (Callable<?>)
            compiled("here", "n").loadClass("Plus").getConstructor(int.class).newInstance(1);

    assertThatThrownBy(() -> compute.call(new Task<>("plus", 1, task)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("class unknown here: Plus");
  }

  private URLClassLoader compiled(String version, String result) throws IOException {
    Path sources = Files.createDirectories(folder.resolve(version));
    Path source =
        Files.writeString(
            sources.resolve("Plus.java"),
            """
            public record Plus(int n)
                implements java.util.concurrent.Callable<Integer>, java.io.Serializable {
              public Integer call() { return %s; }
            }
            """
                .formatted(result));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", sources.toString(), source.toString());
    assertThat(status).isZero();
    return opened(
        new URLClassLoader(
            new URL[] {sources.toUri().toURL()}, ClusterTest.class.getClassLoader()));
  }

  @Test
  void aMemberOfAnotherProtocolGetsNoTasks() throws Exception {
    ClusterWorker worker = worker(membership());
    ClusterCompute compute = asker(1, worker.address());
    Group stranger =
        opened(new JGroupsGroup(membership().join(List.of(worker.address())), "stranger"));
    Hello hello = new Hello(Hello.PROTOCOL + 1, "9.9", "stranger", 100, true);
    stranger.join(
        new Group.Listener() {
          @Override
          public void view(Set<Peer> others, boolean merged) {
            Thread.ofPlatform().start(() -> others.forEach(peer -> greet(stranger, peer, hello)));
          }

          @Override
          public void received(Peer from, ByteBuffer message) {}
        });

    await().until(() -> compute.strangers() == 1);
    assertThat(compute.figures().members()).isEqualTo(1);
    for (long n = 0; n < 20; n++) {
      assertThat(compute.call(Deeds.square(n))).isEqualTo(n * n);
    }
  }

  private static void greet(Group group, Peer peer, Hello hello) {
    try {
      group.send(peer, Letter.join(List.of(hello.letter())));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void isFoundByItsSpelling() throws Exception {
    try (Compute compute =
        Compute.parse("threshold:15,cluster:127.0.0.1:7899,[::1]:7898,silence=2s,retries=1")) {
      assertThat(compute)
          .hasToString("threshold:15,cluster:127.0.0.1:7899,[::1]:7898,silence=2s,retries=1");
    }
    assertThat(Compute.choices()).contains("cluster:HOST:PORT");
    for (String wrong :
        List.of(
            "cluster:nowhere:no",
            "cluster:colour=red",
            "cluster:retries=x",
            "cluster:bind=0.0.0.0")) {
      assertThatThrownBy(() -> Compute.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cluster");
    }
  }
}
