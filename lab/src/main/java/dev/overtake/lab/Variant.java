// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One server under test: our command under a model, or real CPython.
 *
 * @param name its name in tables, charts and JSON keys
 * @param command the words that start it, without handler, model and port
 * @param model what it is told with {@code --model}
 * @param kind whose server it is
 */
record Variant(String name, List<String> command, String model, Kind kind) {
  enum Kind {
    OURS("Java"),
    CPYTHON("CPython");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  static final String GIL = "gil";

  /** The models of our server that the lab measures, in the order of tables and charts. */
  static final List<String> MODELS =
      List.of("sequential", "threads", "pool:4", "virtual", "event-loop", "overtake", GIL);

  static final String CPYTHON_THREADS = "CPython threads";
  static final String CPYTHON_SEQUENTIAL = "CPython sequential";

  static Variant ours(List<String> command, String model) {
    return new Variant(model, command, model, Kind.OURS);
  }

  static Variant cpython(List<String> command, String model) {
    return new Variant(Kind.CPYTHON.title + " " + model, command, model, Kind.CPYTHON);
  }

  /** Whether its handler marks its instructions, and so takes longer for the same request. */
  boolean marked() {
    return model.equals(GIL) || model.startsWith(GIL + ":");
  }

  /** Its name in a sentence, where it must be told from the others. */
  String title() {
    return kind == Kind.OURS ? kind.title + " " + name : name;
  }

  /** The command that starts the server on a free port of the loopback. */
  List<String> serve(String handler) {
    return serve(handler, List.of());
  }

  /** The same with options for the JVM, if it is one. */
  List<String> serve(String handler, List<String> jvmOptions) {
    List<String> words = new ArrayList<>(command);
    if (kind == Kind.OURS) {
      // Behind the JVM's own name: the options of its command line come later and win.
      words.addAll(1, jvmOptions);
      words.add("serve");
    }
    Stream.of(handler, "--model", model, "--host", "127.0.0.1", "--port", "0").forEach(words::add);
    return words;
  }
}
