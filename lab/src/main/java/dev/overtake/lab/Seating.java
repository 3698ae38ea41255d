// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the generator, which is this very process, and the servers on their cores.
 *
 * <p>Works through {@code taskset}, for the JDK has no word for it. Where that is missing, or there
 * is one core only, everything shares what there is, and {@link #describe} says so.
 *
 * <p>Not thread-safe: belongs to the thread that runs the experiments.
 */
final class Seating implements AutoCloseable {
  private static final Pattern ALLOWED = Pattern.compile("Cpus_allowed_list:\\s*(\\S+)");
  private static final long TASKSET_SECONDS = 5;

  /** Whether the program that this works through is there. */
  enum Taskset {
    THERE,
    MISSING
  }

  private final CoreSet all;
  private final @Nullable String obstacle;
  private boolean generatorPinned;

  Seating() {
    this(
        allowedCores(), Programs.isThere("taskset", "--version") ? Taskset.THERE : Taskset.MISSING);
  }

  Seating(CoreSet all, Taskset taskset) {
    this.all = all;
    if (all.size() < 2) {
      obstacle = "there is one core only";
    } else if (taskset == Taskset.MISSING) {
      obstacle = "there is no taskset command here to separate them";
    } else {
      obstacle = null;
    }
  }

  /** All cores this process may use. */
  CoreSet all() {
    return all;
  }

  /** The cores the generator gets under this placement. */
  CoreSet generatorCores(Placement placement) {
    return separates(placement) ? all.upTo(1) : all;
  }

  /** The cores a server gets under this placement. */
  CoreSet serverCores(Placement placement) {
    if (!separates(placement)) {
      return all;
    }
    CoreSet rest = all.withoutFirst();
    return placement.serverCores() == 0 ? rest : rest.upTo(placement.serverCores());
  }

  /** Moves every thread of this process to the generator's cores under this placement. */
  void seatGenerator(Placement placement) {
    boolean pin = separates(placement);
    if (pin != generatorPinned) {
      moveThisProcess(generatorCores(placement));
      generatorPinned = pin;
    }
  }

  /** The words that start a command on the server's cores under this placement; may be empty. */
  List<String> serverStarter(Placement placement) {
    return separates(placement)
        ? List.of("taskset", "-c", serverCores(placement).toString())
        : List.of();
  }

  /** Who sits where, in a sentence for the report. */
  String describe(Placement placement) {
    if (placement.kind() == Placement.Kind.SHARED) {
      return "generator and server share cores " + all + " in one scheduling group";
    }
    if (obstacle != null) {
      return "generator and server share cores %s in one scheduling group: %s"
          .formatted(all, obstacle);
    }
    CoreSet server = serverCores(placement);
    return "generator on core %s, server on %s %s, as if on two machines%s"
        .formatted(
            generatorCores(placement),
            server.size() == 1 ? "core" : "cores",
            server,
            server.size() == 1 ? "; a JVM there counts one processor" : "");
  }

  /** Lets this process use all its cores again, even if interrupted. Idempotent. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    seatGenerator(Placement.SHARED);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean separates(Placement placement) {
    return placement.kind() == Placement.Kind.SEPARATE && obstacle == null;
  }

  private static void moveThisProcess(CoreSet cores) {
    // -a: all threads there are; those to come inherit from the ones that start them.
    String pid = Long.toString(ProcessHandle.current().pid());
    Programs.run(TASKSET_SECONDS, "taskset", "-a", "-p", "-c", cores.toString(), pid);
  }

  private static CoreSet allowedCores() {
    try {
      Matcher allowed = ALLOWED.matcher(Files.readString(Path.of("/proc/self/status")));
      if (allowed.find()) {
        return CoreSet.parse(allowed.group(1));
      }
    } catch (IOException noProcFileSystem) {
      return CoreSet.first(Runtime.getRuntime().availableProcessors());
    }
    return CoreSet.first(Runtime.getRuntime().availableProcessors());
  }
}
