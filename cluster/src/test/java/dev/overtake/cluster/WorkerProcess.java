// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** A worker in a process of its own, which ends with this one. */
final class WorkerProcess implements AutoCloseable {
  private final Process process;
  private final InetSocketAddress address;

  private WorkerProcess(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  static WorkerProcess start(String cluster, Duration silence, InetSocketAddress... join)
      throws IOException {
    StringBuilder others = new StringBuilder();
    for (InetSocketAddress other : join) {
      others.append(others.isEmpty() ? "" : ",").append(Membership.text(other));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerProcess.class.getName(),
                cluster,
                String.valueOf(silence.toMillis()),
                others.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    if (line == null) {
      throw new IOException("worker has ended: " + process.onExit().join().exitValue());
    }
    return new WorkerProcess(process, Membership.address(line));
  }

  /** The process: a worker until its input ends. */
  public static void main(String[] args) throws IOException {
    Membership membership =
        Membership.onLoopback()
            .cluster(args[0])
            .silence(Duration.ofMillis(Long.parseLong(args[1])))
            .join(
                args[2].isEmpty()
                    ? List.of()
                    : List.of(args[2].split(",")).stream().map(Membership::address).toList());
    ClusterWorker worker = ClusterWorker.builder(membership).start();
    System.out.println(Membership.text(worker.address()));
    while (System.in.read() >= 0) {
      Objects.requireNonNull(worker);
    }
    Runtime.getRuntime().halt(0);
  }

  InetSocketAddress address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  void kill() {
    process.destroyForcibly();
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
