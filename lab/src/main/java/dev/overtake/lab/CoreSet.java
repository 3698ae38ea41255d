// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Some of the machine's cores, in rising order, written as Linux does: {@code 0,2-5}. */
record CoreSet(List<Integer> cores) {
  CoreSet {
    cores = cores.stream().sorted().distinct().toList();
  }

  static CoreSet parse(String text) {
    List<Integer> cores = new ArrayList<>();
    for (String part : text.strip().split(",", -1)) {
      int dash = part.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
      for (int core = first; core <= last; core++) {
        cores.add(core);
      }
    }
    return new CoreSet(cores);
  }

  static CoreSet first(int count) {
    return new CoreSet(IntStream.range(0, count).boxed().toList());
  }

  int size() {
    return cores.size();
  }

  /** The first ones, at most as many as asked for. */
  CoreSet upTo(int count) {
    return new CoreSet(cores.subList(0, Math.min(count, cores.size())));
  }

  CoreSet withoutFirst() {
    return new CoreSet(cores.subList(1, cores.size()));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cores.size(); ) {
      int end = i;
      while (end + 1 < cores.size() && cores.get(end + 1) == cores.get(end) + 1) {
        end++;
      }
      text.append(text.isEmpty() ? "" : ",").append(cores.get(i));
      if (end > i) {
        text.append('-').append(cores.get(end));
      }
      i = end + 1;
    }
    return text.toString();
  }
}
