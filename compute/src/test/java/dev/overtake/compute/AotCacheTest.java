// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.compute.ComputeContract.Square;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of classes, with a program that consists of jars: it takes nothing else. */
final class AotCacheTest {
  @TempDir Path folder;

  @Test
  void theFirstPoolMakesACacheAndTheNextOnesWorkersStartFromIt() throws Exception {
    Path cache = folder.resolve("cache");

    assertThat(run(Maker.class, cache)).isZero();
    assertThat(run(User.class, cache)).isZero();
  }

  @Test
  void anInstallerMakesTheCacheForPoolsOfAllSizes() throws Exception {
    Path cache = folder.resolve("cache");

    assertThat(run(Installer.class, cache)).isZero();
    assertThat(caches(cache)).hasSize(1);
    assertThat(run(User.class, cache)).isZero();
  }

  @Test
  void doesWithoutACacheWhereTheClassesLieInFolders() throws Exception {
    Path cache = folder.resolve("cache");
    try (ProcessPool pool = ProcessPool.builder().workers(1).cache(cache).start()) {
      assertThat(pool.submit(new Square(3)).get()).isEqualTo(9);
    }
    assertThat(cache).doesNotExist();
  }

  @Test
  void doesWithoutACacheThatOthersMayWriteTo() throws Exception {
    Path jar = jar(Path.of("target", "classes"));
    Path cache = Files.createDirectory(folder.resolve("cache"));
    assertThat(cache.toFile().setWritable(true, false)).isTrue();
    PoolSettings settings = ProcessPool.builder().cache(cache).settings();

    assertThat(AotCache.of(settings, List.of("--class-path=" + jar)).use()).isEmpty();
  }

  /** Has a pool until its cache is made. */
  static final class Maker {
    private Maker() {}

    public static void main(String[] args) throws Exception {
      Path cache = Path.of(args[0]);
      try (ProcessPool pool = ProcessPool.builder().workers(1).cache(cache).start()) {
        pool.submit(new Square(3)).get();
        while (caches(cache).isEmpty()) {
          LockSupport.parkNanos(10_000_000);
        }
      }
    }
  }

  /** Has no pool. */
  static final class Installer {
    private Installer() {}

    public static void main(String[] args) throws Exception {
      ProcessPool.builder().workers(7).cache(Path.of(args[0])).makeCache();
    }
  }

  /** Has a pool and looks whether its worker has a cache in its memory. */
  static final class User {
    private User() {}

    public static void main(String[] args) throws Exception {
      Path cache = caches(Path.of(args[0])).getFirst();
      try (ProcessPool pool = ProcessPool.builder().workers(1).cache(cache.getParent()).start()) {
        pool.submit(new Square(3)).get();
        String mapped = Files.readString(Path.of("/proc/" + pool.pids().getFirst() + "/maps"));
        if (!mapped.contains(cache.toString())) {
          throw new AssertionError("not from " + cache + ": " + mapped);
        }
      }
    }
  }

  private static List<Path> caches(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".aot")).toList();
    }
  }

  private int run(Class<?> program, Path cache) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(WorkerCommand.java().toString());
    command.add("-cp");
    command.add(
        jar(Path.of("target", "classes"))
            + File.pathSeparator
            + jar(Path.of("target", "test-classes")));
    command.add(program.getName());
    command.add(cache.toString());
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Makes a jar of the classes in a folder, once. */
  private Path jar(Path classes) throws IOException {
    Path jar = folder.resolve(classes.getFileName() + ".jar");
    if (Files.exists(jar)) {
      return jar;
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> all = Files.walk(classes)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
      }
    }
    return jar;
  }
}
