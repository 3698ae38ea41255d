// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Servers that differ in where the handler's heavy call runs: our model {@code overtake} and
 * CPython's threads, each with some computes.
 */
final class Computing {
  static final String INLINE = "inline";

  private static final String OURS = "overtake";

  private final Map<Variant, String> computes = new LinkedHashMap<>();

  /** Whether a variant of the lab is one of the two. */
  static boolean concerns(Variant variant) {
    return variant.name().equals(OURS) || variant.name().equals(Variant.CPYTHON_THREADS);
  }

  /** Adds a server for each of the computes. */
  Computing with(Variant base, List<String> spellings) {
    for (String spelling : spellings) {
      String name = name(base.kind(), spelling);
      computes.put(new Variant(name, base.command(), base.model(), base.kind()), spelling);
    }
    return this;
  }

  /** What the server of that kind is called in tables. */
  static String name(Variant.Kind kind, String compute) {
    return (kind == Variant.Kind.CPYTHON ? kind.title() : OURS) + " " + compute;
  }

  List<Variant> variants() {
    return List.copyOf(computes.keySet());
  }

  String computeOf(Variant variant) {
    return Objects.requireNonNull(computes.get(variant), variant.name());
  }

  List<String> serve(Variant variant) {
    return serve(variant, computeOf(variant));
  }

  /** The words that start its like with another compute. */
  static List<String> serve(Variant variant, String compute) {
    List<String> words = new ArrayList<>(variant.serve("fib"));
    words.add("--compute");
    words.add(compute);
    return words;
  }

  /** A figure of one row as a part of another's, round by round; nothing where one is missing. */
  static <M> Spread ratio(
      Trials<M> trials, String name, String ofName, ToDoubleFunction<M> figure) {
    List<Double> ratios = new ArrayList<>();
    trials
        .row(name)
        .ifPresent(row ->
            trials
                .row(ofName)
                .ifPresent(of -> {
                  int rounds = Math.min(row.rounds().size(), of.rounds().size());
                  for (int i = 0; i < rounds; i++) {
                    ratios.add(
                        figure.applyAsDouble(row.rounds().get(i))
                            / figure.applyAsDouble(of.rounds().get(i)));
                  }
                }));
    return Spread.of(ratios);
  }
}
