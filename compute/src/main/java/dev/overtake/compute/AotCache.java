// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import static java.lang.System.Logger.Level.DEBUG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a worker, loaded and linked ahead of time: a file that the JVM makes once, for one
 * JDK, one command line and one class path, and that every later worker of that kind starts from.
 *
 * <p>Whatever goes wrong with it, workers start without; the log then says so at {@code DEBUG}.
 */
final class AotCache implements AutoCloseable {
  private static final System.Logger log = System.getLogger(ProcessPool.class.getName());
  private static final int MOST_KEPT = 8;
  private static final long TIME_TO_END_SECONDS = 2;
  private static final String MADE = ".aot";
  private static final String CANNOT_BE_MADE = ".none";

  private final List<String> options;
  private final @Nullable Path file; // null: no cache is to be used or made
  private final AtomicBoolean making = new AtomicBoolean();
  private final CountDownLatch made = new CountDownLatch(1); // or not; nothing is in use any more
  private volatile boolean closed; // set before `maker` is looked at; the maker does it vice versa
  private volatile @Nullable Process maker;

  private AotCache(List<String> options, @Nullable Path file) {
    this.options = options;
    this.file = file;
  }

  /**
   * Looks where the cache for these options is or would be.
   *
   * @param options of the JVM, class path and module path among them
   */
  static AotCache of(PoolSettings settings, List<String> options) {
    Path folder = settings.cache();
    if (folder == null) {
      return new AotCache(options, null);
    }
    try {
      List<Path> parts = parts(options);
      if (parts.stream().anyMatch(Files::isDirectory)) {
        log.log(DEBUG, "process pool: no AOT cache: it takes jars only");
        return new AotCache(options, null);
      }
      makePrivate(folder);
      return new AotCache(options, folder.resolve(key(options, parts) + MADE));
    } catch (IOException | UnsupportedOperationException | SecurityException e) {
      log.log(DEBUG, "process pool: no AOT cache", e);
      return new AotCache(options, null);
    }
  }

  /** The jars, and the folders of classes, that the options name. */
  private static List<Path> parts(List<String> options) throws IOException {
    List<Path> parts = new ArrayList<>();
    for (String option : options) {
      boolean modules = option.startsWith("--module-path=");
      if (modules || option.startsWith("--class-path=")) {
        for (String name : paths(option)) {
          Path part = Path.of(name);
          // A folder in the module path may hold jars, and then stands for those.
          if (modules && Files.isDirectory(part)) {
            try (Stream<Path> inside = Files.list(part)) {
              inside.forEach(parts::add);
            }
          } else if (!name.isEmpty()) {
            parts.add(part);
          }
        }
      }
    }
    return parts;
  }

  private static List<String> paths(String option) {
    String paths = option.substring(option.indexOf('=') + 1);
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL).splitAsStream(paths).toList();
  }

  /** A foreign hand in the cache would be code in our workers. */
  private static void makePrivate(Path folder) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent());
    if (Files.notExists(folder)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)
        || !Files.getOwner(folder).getName().equals(System.getProperty("user.name"))) {
      throw new IOException("others may write to " + folder);
    }
  }

  private static String key(List<String> options, List<Path> parts) throws IOException {
    StringBuilder text = new StringBuilder();
    // The size of the heap does not matter, so pools of all sizes share a cache.
    List<String> lasting = options.stream().filter(option -> !option.startsWith("-Xm")).toList();
    text.append(WorkerCommand.java()).append(Runtime.version()).append(lasting);
    for (Path part : parts) {
      if (Files.exists(part)) {
        text.append(part).append(Files.size(part)).append(Files.getLastModifiedTime(part));
      }
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has it", e);
    }
  }

  /** Returns the options that make a JVM start from the cache, if it is there. */
  List<String> use() {
    if (file == null || !Files.isReadable(file)) {
      return List.of();
    }
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now())); // for trim()
    } catch (IOException e) {
      log.log(DEBUG, "process pool: AOT cache: " + file, e);
    }
    return List.of("-XX:AOTCache=" + file);
  }

  /**
   * Starts to make the cache, beside all else, unless it is there or this was tried before.
   *
   * @param rehearsal an address for a socket, which is left to be removed
   */
  void makeIfMissing(Path rehearsal) {
    if (file != null
        && !Files.exists(file)
        && !Files.exists(vain(file))
        && making.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("compute-aot-cache").start(() -> make(file, rehearsal));
    }
  }

  /** Waits for the end of the making, if it was begun. */
  void await() throws InterruptedException {
    if (making.get()) {
      made.await();
    }
  }

  private static Path vain(Path file) {
    return file.resolveSibling(file.getFileName() + CANNOT_BE_MADE);
  }

  private void make(Path target, Path rehearsal) {
    Path fresh = target.resolveSibling(target.getFileName() + "." + ProcessHandle.current().pid());
    List<String> command = new ArrayList<>();
    command.add(WorkerCommand.java().toString());
    command.addAll(options);
    command.add("-XX:AOTCacheOutput=" + fresh);
    command.addAll(WorkerCommand.mainClass());
    command.add(Rehearsal.ARGUMENT);
    command.add(rehearsal.toString());
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      maker = started;
      if (closed) {
        stop(started);
      }
      started.waitFor();
      if (Files.exists(fresh)) {
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        trim(Objects.requireNonNull(target.getParent()));
      } else if (!closed) {
        Files.createFile(vain(target));
      }
    } catch (IOException e) {
      log.log(DEBUG, "process pool: no AOT cache", e);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody has this thread to interrupt it", e);
    } finally {
      delete(fresh);
      delete(fresh.resolveSibling(fresh.getFileName() + ".config"));
      made.countDown();
    }
  }

  /** Every new build of a program has a cache of its own: keep those that were used last. */
  private static void trim(Path folder) throws IOException {
    List<Path> caches;
    try (Stream<Path> all = Files.list(folder)) {
      caches =
          all.filter(file -> file.toString().endsWith(MADE))
              .sorted(Comparator.comparingLong(file -> file.toFile().lastModified()))
              .toList();
    }
    for (Path old : caches.subList(0, Math.max(0, caches.size() - MOST_KEPT))) {
      Files.deleteIfExists(old);
    }
  }

  private static void delete(Path leftOver) {
    try {
      Files.deleteIfExists(leftOver);
    } catch (IOException e) {
      log.log(DEBUG, "process pool: AOT cache: " + leftOver, e);
    }
  }

  private static void stop(Process process) {
    // The JVM writes the cache in a child of its own.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /**
   * Ends the making of a cache, and waits until nothing of it is left: it takes no time once
   * killed.
   */
  @Override
  public void close() {
    closed = true;
    Process running = maker;
    if (running != null && running.isAlive()) {
      stop(running);
    }
    try {
      if (making.get() && !made.await(TIME_TO_END_SECONDS, TimeUnit.SECONDS)) {
        log.log(DEBUG, "process pool: AOT cache: its making did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
