// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a server holds and has used, its children included.
 *
 * @param threads OS threads; 0 where the system does not tell
 * @param residentBytes physical memory; pages that processes share count in each; 0 likewise
 * @param cpu CPU time since the start, of the processes that live
 */
record Footprint(int threads, long residentBytes, Duration cpu) {
  private static final Footprint NONE = new Footprint(0, 0, Duration.ZERO);
  private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  /** Nothing of a process that has ended. */
  static Footprint of(long pid, Contestant.Family family) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    // To look for children is to look at every process of the machine.
    Stream<ProcessHandle> children =
        family == Contestant.Family.ALONE
            ? Stream.empty()
            : process.stream().flatMap(ProcessHandle::descendants);
    return Stream.concat(process.stream(), children)
        .map(Footprint::of)
        .reduce(NONE, Footprint::plus);
  }

  private static Footprint of(ProcessHandle process) {
    String status = status(process.pid());
    return new Footprint(
        Math.toIntExact(number(THREADS, status)),
        number(RESIDENT, status) * 1024,
        process.info().totalCpuDuration().orElse(Duration.ZERO));
  }

  private static String status(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/status"));
    } catch (IOException noProcessOrNoProcFileSystem) {
      return "";
    }
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  private Footprint plus(Footprint other) {
    return new Footprint(
        threads + other.threads, residentBytes + other.residentBytes, cpu.plus(other.cpu));
  }
}
