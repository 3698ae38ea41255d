// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line that starts a worker: this process's own JVM, classes and modules. */
final class WorkerCommand {
  /** What decides which modules there are and what they may do; the rest is the parent's own. */
  private static final List<String> MODULE_OPTIONS =
      List.of(
          "--add-exports",
          "--add-modules",
          "--add-opens",
          "--add-reads",
          "--enable-native-access",
          "--enable-preview",
          "--limit-modules",
          "--patch-module",
          "--upgrade-module-path");

  private static final long LEAST_HEAP_BYTES = 64L << 20;

  private WorkerCommand() {}

  /** Returns the options of the JVM, without the cache of {@link AotCache}. */
  static List<String> options(PoolSettings settings) {
    List<String> options = new ArrayList<>();
    List<String> users = settings.jvmArguments();
    // A worker runs one task at a time: a collector with threads of its own would only take
    // processors from other workers. Two collectors are an error, so the user's replaces it.
    if (users.stream().noneMatch(option -> option.matches("-XX:\\+Use\\w+GC"))) {
      options.add("-XX:+UseSerialGC");
    }
    options.add("-Xms16m");
    options.add("-Xmx" + heapBytes(settings));
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.add("-XX:-UsePerfData"); // or each kill would leave a file behind
    options.add("-Xlog:disable");
    options.add("-Xlog:all=error"); // and no word about a cache that can't be used
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(WorkerCommand::isModuleOption)
        .forEach(options::add);
    options.add("--enable-native-access=" + module()); // OsThread
    options.addAll(users);
    String modulePath = System.getProperty("jdk.module.path");
    if (modulePath != null) {
      options.add("--module-path=" + modulePath);
    }
    options.add("--class-path=" + classPath(settings));
    String added = addedModules();
    if (!added.isEmpty()) {
      options.add("--add-modules=" + added);
    }
    return options;
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Returns what names the class to run. */
  static List<String> mainClass() {
    Module module = Worker.class.getModule();
    return module.isNamed()
        ? List.of("--module", module.getName() + "/" + Worker.class.getName())
        : List.of(Worker.class.getName());
  }

  private static String module() {
    Module module = Worker.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }

  /** As much as this process may have, shared by all; the kernel gives what is used. */
  private static long heapBytes(PoolSettings settings) {
    return Math.max(LEAST_HEAP_BYTES, Runtime.getRuntime().maxMemory() / settings.workers());
  }

  private static boolean isModuleOption(String argument) {
    return MODULE_OPTIONS.stream().anyMatch(argument::startsWith);
  }

  private static String classPath(PoolSettings settings) {
    return Stream.concat(
            Stream.of(System.getProperty("java.class.path", "")),
            settings.classPath().stream().map(Path::toAbsolutePath).map(Path::toString))
        .filter(entry -> !entry.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A task may be of any module there is here, not just of those this library requires. */
  private static String addedModules() {
    return ModuleLayer.boot().modules().stream()
        .map(Module::getName)
        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
        .sorted()
        .collect(Collectors.joining(","));
  }
}
