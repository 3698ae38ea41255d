// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.compute.ProcessPool;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the cache of workers' classes gains when a pool starts. */
final class WorkerStart implements OneByOne<WorkerStart.Setting> {
  private static final String WITH_CACHE = "processes:4";
  private static final String WITHOUT_CACHE = "processes:4 without cache";
  private static final int WORKERS = 4;
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  private @Nullable Path cache; // made before the first measurement

  @Override
  public String id() {
    return "start";
  }

  @Override
  public String question() {
    return "How soon does a pool of 4 workers give results, and how much memory does each take, with"
        + " and without the cache of their classes?";
  }

  @Override
  public String method() {
    return "a pool in this process, a trivial task: from the start to the first result, and until all"
        + " workers are ready; resident memory VmRSS of each worker then; the workers share the"
        + " generator's cores, so see --placement";
  }

  @Override
  public List<String> models() {
    return List.of(WITH_CACHE, WITHOUT_CACHE);
  }

  @Override
  public List<Setting> settings() {
    return List.of(new Setting(WORKERS));
  }

  @Override
  public List<Figure> columns() {
    return List.of(Figure.FIRST_RESULT, Figure.ALL_READY, Figure.RESIDENT_EACH);
  }

  @Override
  public Duration expected(Bench bench) {
    return Bench.START_AND_STOP;
  }

  private record Trivial() implements Callable<Long>, Serializable {
    @Override
    public Long call() {
      return ProcessHandle.current().pid();
    }
  }

  @Override
  public Measurement measure(Bench bench, Setting setting, String model)
      throws IOException, InterruptedException {
    // The first pool of a JVM pays for the loading of our own classes.
    boolean first = cache == null;
    Path made = cache == null ? makeCache() : cache;
    cache = made;
    ProcessPool.Builder builder =
        ProcessPool.builder()
            .workers(setting.workers)
            .cache(model.equals(WITH_CACHE) ? made : null);
    if (first) {
      measure(builder, setting);
    }
    return measure(builder, setting);
  }

  private static Path makeCache() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("worker-start");
    Path cache = folder.resolve("cache");
    ProcessPool.builder().workers(WORKERS).cache(cache).makeCache();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder), "remove-cache"));
    return cache;
  }

  private static void remove(Path folder) {
    try (var all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      System.err.println("benchmarks/run: left behind: " + folder + ": " + e.getMessage());
    }
  }

  private static Measurement measure(ProcessPool.Builder builder, Setting setting)
      throws IOException, InterruptedException {
    long begunNanos = System.nanoTime();
    try (ProcessPool pool = builder.start()) {
      pool.submit(new Trivial()).get();
      double firstNanos = System.nanoTime() - begunNanos;
      while (pool.figures().workers() < setting.workers) {
        Thread.onSpinWait();
      }
      double allNanos = System.nanoTime() - begunNanos;
      return new Measurement()
          .with(Figure.FIRST_RESULT, firstNanos / 1e6)
          .with(Figure.ALL_READY, allNanos / 1e6)
          .with(Figure.RESIDENT_EACH, residentBytes() / setting.workers);
    } catch (ExecutionException e) {
      throw new IOException("a trivial task failed: " + e.getMessage(), e);
    }
  }

  private static double residentBytes() throws IOException {
    double sum = 0;
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path process = Path.of("/proc", Long.toString(child.pid()));
      if (Files.readString(process.resolve("cmdline")).contains("worker-of-")) {
        Matcher resident = RESIDENT.matcher(Files.readString(process.resolve("status")));
        sum += resident.find() ? 1024.0 * Long.parseLong(resident.group(1)) : Double.NaN;
      }
    }
    return sum;
  }

  @Override
  public List<Comparison> comparisons(Bench bench, Results results) {
    String at = settings().getFirst().toString();
    return List.of(
        Comparison.plain(
            "with ÷ without cache, first result",
            results.ratio(at, Figure.FIRST_RESULT, WITH_CACHE, WITHOUT_CACHE)),
        Comparison.plain(
            "with ÷ without cache, resident memory",
            results.ratio(at, Figure.RESIDENT_EACH, WITH_CACHE, WITHOUT_CACHE)));
  }

  record Setting(int workers) {
    @Override
    public String toString() {
      return workers + " workers";
    }
  }
}
