// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Tasks that misbehave, and tasks that tell about the process they run in. */
final class Deeds {
  private Deeds() {}

  record Pid() implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      return ProcessHandle.current().pid();
    }
  }

  /** Answers once somebody has entered a gate. */
  record SaysAfter(Gate gate, String word) implements Callable<String>, Serializable {
    @Override
    public String call() {
      while (!gate.has("entered")) {
        LockSupport.parkNanos(1_000_000);
      }
      return word;
    }
  }

  record Complains(String word) implements Callable<String>, Serializable {
    @Override
    public String call() {
      throw new IllegalStateException(word);
    }
  }

  record Exit(int status) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      System.exit(status);
      return 0L;
    }
  }

  record Hoard() implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      List<long[]> kept = new ArrayList<>();
      while (kept.size() < Integer.MAX_VALUE) {
        kept.add(new long[1 << 20]);
      }
      return (long) kept.size();
    }
  }

  /** Kills the process it runs in by a signal. */
  record DeadlySignal(String name) implements Callable<Long>, Serializable {
    @Override
    public Long call() throws IOException, InterruptedException {
      new Signal(name).call();
      while (true) {
        LockSupport.park();
      }
    }
  }

  /** Sends a signal to the process it runs in. */
  record Signal(String name) implements Callable<Long>, Serializable {
    @Override
    public Long call() throws IOException, InterruptedException {
      String pid = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
      return Long.valueOf(pid);
    }
  }

  /** Ignores every interrupt, after it has said that it is there. */
  record Stubborn(Gate gate) implements Callable<Long>, Serializable {
    @Override
    public Long call() throws Exception {
      Files.createFile(Path.of(gate.folder(), gate.name() + ".entered"));
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  /** Dies the first time and answers the second, remembering in a file. */
  record DiesOnce(String file) implements Callable<Long>, Serializable {
    @Override
    public Long call() throws IOException {
      Path path = Path.of(file);
      if (Files.notExists(path)) {
        Files.createFile(path);
        Runtime.getRuntime().halt(1);
      }
      return 7L;
    }
  }

  record Append(String file, String line) implements Runnable, Serializable {
    @Override
    public void run() {
      try {
        Files.writeString(
            Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static final class Length implements Callable<Integer>, Serializable {
    private static final long serialVersionUID = 1;
    private final byte[] bytes;

    Length(int length) {
      bytes = new byte[length];
    }

    @Override
    public Integer call() {
      return bytes.length;
    }
  }

  record Zeros(int length) implements Callable<byte[]>, Serializable {
    @Override
    public byte[] call() {
      return new byte[length];
    }
  }

  record Unsendable() implements Callable<Object>, Serializable {
    @Override
    public Object call() {
      return new Object();
    }
  }

  record Throws() implements Callable<Object>, Serializable {
    @Override
    public Object call() {
      throw new Laden();
    }
  }

  /** An exception that can't be serialized. */
  static final class Laden extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // that is the point
    final Object load = new Object();

    Laden() {
      super("too much to carry", new IllegalStateException("beneath"));
    }
  }

  /** Waits without a processor, so that many can be under way. */
  record Pause(long nanos) implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      long endNanos = System.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = endNanos - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return nanos;
    }
  }

  /** Computes until its thread is lowered or has used so much processor time; its nice value. */
  record ComputesUntilLowered(Duration longest) implements Callable<Integer>, Serializable {
    @Override
    public Integer call() throws IOException {
      int first = nice();
      int nice;
      do {
        nice = nice();
      } while (nice == first && OsThread.current().cpuNanos() < longest.toNanos());
      return nice;
    }

    private static int nice() throws IOException {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"), US_ASCII);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Integer.parseInt(fields[16]);
    }
  }

  /** The number and the nice value of the thread that runs it. */
  record WhoRuns() implements Callable<List<Integer>>, Serializable {
    @Override
    public List<Integer> call() throws IOException {
      return List.of(OsThread.current().id(), ComputesUntilLowered.nice());
    }
  }
}
