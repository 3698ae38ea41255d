// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A worker in a process of its own, which ends with this one. */
final class WorkerProcess implements AutoCloseable {
  private final Process process;
  private @Nullable InetSocketAddress address; // once it is ready

  /** Starts one; see {@link #awaitReady}. */
  WorkerProcess(Membership membership) throws IOException {
    process =
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
                membership.cluster(),
                String.valueOf(membership.silence().toMillis()),
                Membership.text(membership.join().getFirst()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
  }

  WorkerProcess awaitReady() throws IOException {
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    if (line == null) {
      throw new IOException("worker has ended: " + process.onExit().join().exitValue());
    }
    address = Membership.address(line);
    return this;
  }

  /** The process: a worker until its input ends. */
  public static void main(String[] args) throws IOException {
    Membership membership =
        Membership.onLoopback()
            .cluster(args[0])
            .silence(Duration.ofMillis(Long.parseLong(args[1])))
            .join(List.of(Membership.address(args[2])));
    ClusterWorker worker = ClusterWorker.builder(membership).start();
    System.out.println(Membership.text(worker.address()));
    while (System.in.read() >= 0) {
      Objects.requireNonNull(worker);
    }
    Runtime.getRuntime().halt(0);
  }

  InetSocketAddress address() {
    return Objects.requireNonNull(address, "not ready");
  }

  long pid() {
    return process.pid();
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start().waitFor();
  }

  /** Does not wait for its end, which takes its time where its threads find no processor. */
  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
