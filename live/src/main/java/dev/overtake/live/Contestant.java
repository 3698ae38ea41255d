// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.lab.ReferenceServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One that may be put beside others: a model of ours or real CPython.
 *
 * @param name its name in the page, in addresses and in charts
 * @param hint what it is, in some words
 * @param language which one request is as long as another's of the same language
 * @param family whether its server starts processes of its own
 * @param words what starts its server on a free port, without what a set-up adds
 */
record Contestant(String name, String hint, Language language, Family family, List<String> words) {
  /** Requests of the same n are equally long within one of these. */
  enum Language {
    JAVA,
    MARKED_JAVA,
    CPYTHON
  }

  /** Whether a server is one process. */
  enum Family {
    ALONE,
    WITH_CHILDREN
  }

  static final String GIL = "gil";
  private static final String OVERTAKE = "overtake";

  /* They are six on a small machine, and the handler keeps nothing. Collections are rare, for each
   * waits until all threads have stopped, which takes a demoted one long that gets nothing of the
   * core beside five other models' hogs. */
  private static final List<String> SMALL_HEAP =
      List.of("-Xms128m", "-Xmx256m", "-Xmn64m", "-XX:+UseSerialGC", "-XX:-UsePerfData");

  private static final String CPYTHON = "CPython ";

  /** All there are here, in the order of the page. */
  static List<Contestant> all(List<String> overtake, Optional<ReferenceServer> python) {
    List<Contestant> all = new ArrayList<>();
    all.add(ours(overtake, "sequential", "one client at a time"));
    all.add(ours(overtake, "threads", "an OS thread for each connection"));
    all.add(ours(overtake, "pool:4", "four OS threads take turns"));
    all.add(ours(overtake, "virtual", "the JDK's virtual threads"));
    all.add(ours(overtake, "event-loop", "virtual threads on loops, nobody watches"));
    all.add(ours(overtake, OVERTAKE, "virtual threads with time sharing"));
    all.add(ours(overtake, GIL, "threads under CPython's lock, in Java"));
    python.ifPresent(server -> {
      all.add(cpython(server, "threads", "real CPython", Family.ALONE, "--model", "threads"));
      all.add(cpython(server, "pool", "each request goes to one of 4 processes", "processes:4"));
      all.add(
          cpython(server, "threshold", "n > 15 goes to 4 processes", "threshold:15,processes:4"));
      all.add(
          cpython(
              server,
              "prefork",
              "4 processes, one client each",
              Family.WITH_CHILDREN,
              "--model",
              "sequential",
              "--processes",
              "4"));
    });
    return List.copyOf(all);
  }

  private static Contestant ours(List<String> overtake, String model, String hint) {
    List<String> words = new ArrayList<>(overtake);
    // Behind the JVM's own name: the options of its command line come later and win.
    words.addAll(1, SMALL_HEAP);
    words.addAll(List.of("serve", "fib", "--host", "127.0.0.1", "--port", "0"));
    if (model.equals(OVERTAKE)) {
      words.add("--figures");
    }
    Language language = model.equals(GIL) ? Language.MARKED_JAVA : Language.JAVA;
    return new Contestant(model, hint, language, Family.ALONE, words);
  }

  private static Contestant cpython(
      ReferenceServer server, String name, String hint, String compute) {
    return cpython(server, name, hint, Family.WITH_CHILDREN, "--compute", compute);
  }

  private static Contestant cpython(
      ReferenceServer server, String name, String hint, Family family, String... options) {
    return new Contestant(
        CPYTHON + name, hint, Language.CPYTHON, family, server.serve(List.of(options)));
  }

  /** What starts its server in a set-up. */
  List<String> command(Setup setup) {
    if (language == Language.CPYTHON) {
      return words;
    }
    List<String> command = new ArrayList<>(words);
    command.addAll(List.of("--model", name.equals(GIL) ? setup.gil() : name));
    return command;
  }
}
