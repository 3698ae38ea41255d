// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * A program of its own that has a pool, keeps its workers busy, and then comes to an end in the way
 * it is told: {@code FOLDER wait|exit}.
 */
final class Parent {
  private Parent() {}

  static List<String> command(Path folder, String end) {
    List<String> command = new ArrayList<>();
    command.add(WorkerCommand.java().toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Parent.class.getName());
    command.add(folder.toString());
    command.add(end);
    return command;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    // Never closed: that is what this program is about.
    ProcessPool pool = ProcessPool.builder().workers(2).folder(folder).cache(null).start();
    Gate gate = new Gate(folder, "gate");
    Gate stubborn = new Gate(folder, "stubborn");
    List<Future<?>> neverEnding =
        List.of(pool.submit(gate), pool.submit(new Deeds.Stubborn(stubborn)));
    gate.awaitEntered();
    stubborn.awaitEntered();
    String pids = pool.pids().stream().map(String::valueOf).collect(Collectors.joining(" "));
    Files.writeString(folder.resolve("pids.part"), pids);
    Files.move(folder.resolve("pids.part"), folder.resolve("pids"));
    if (args[1].equals("exit")) {
      System.exit(0);
    }
    neverEnding.getFirst().get();
  }
}
