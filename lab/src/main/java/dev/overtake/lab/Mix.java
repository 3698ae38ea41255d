// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.OpenLoop;
import dev.overtake.server.Handler;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * Requests of several service times in fixed proportions, and the loads they are tried at.
 *
 * @param id its name in tables and in JSON
 * @param handler what serves it
 * @param kinds of request
 * @param quickLoads what share of the capacity is offered, rising, where there is little time;
 *     empty to leave the mix out
 * @param fullLoads the same where there is more
 * @param look how long each load is looked at, at least, where there is time
 * @param overload whether it is also tried at more than the capacity
 */
record Mix(
    String id,
    Class<? extends Handler> handler,
    List<Kind> kinds,
    List<Double> quickLoads,
    List<Double> fullLoads,
    Duration look,
    boolean overload) {
  /*
   * The service times are those of Shinjuku, Perséphone, Concord, TQ and Skyloft, times a hundred:
   * in milliseconds instead of ten microseconds, which is where a JVM on an ordinary kernel can tell
   * one from the other. Slowdowns can be compared with theirs, requests per second cannot.
   */
  static final Mix EXTREME =
      new Mix(
          "extreme",
          WorkHandler.class,
          List.of(new Kind("short", 0.05, 99.5), new Kind("long", 50, 0.5)),
          List.of(0.2, 0.5, 0.8),
          List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
          Duration.ofSeconds(6),
          false);

  static final Mix HIGH =
      new Mix(
          "high",
          WorkHandler.class,
          List.of(new Kind("short", 0.1, 50), new Kind("long", 10, 50)),
          List.of(),
          List.of(0.1, 0.3, 0.5, 0.7, 0.9),
          Duration.ofSeconds(3),
          false);

  static final Mix TPCC =
      new Mix(
          "tpcc",
          WorkHandler.class,
          List.of(
              new Kind("Payment", 0.57, 44),
              new Kind("OrderStatus", 0.6, 4),
              new Kind("NewOrder", 2, 44),
              new Kind("Delivery", 8.8, 4),
              new Kind("StockLevel", 10, 4)),
          List.of(),
          List.of(0.5, 0.6, 0.7, 0.8, 0.9),
          Duration.ofSeconds(3),
          false);

  static final Mix ROCKSDB =
      new Mix(
          "rocksdb",
          WorkHandler.class,
          List.of(new Kind("GET", 0.15, 50), new Kind("SCAN", 63.5, 50)),
          List.of(),
          List.of(0.1, 0.3, 0.5, 0.7, 0.8),
          Duration.ofSeconds(3),
          false);

  static final Mix EXP =
      new Mix(
          "exp",
          ExponentialWorkHandler.class,
          List.of(new Kind("all", 1, 1)),
          List.of(),
          List.of(0.5, 0.6, 0.7, 0.8, 0.9),
          Duration.ofSeconds(3),
          true);

  static final Mix FIXED =
      new Mix(
          "fixed",
          WorkHandler.class,
          List.of(new Kind("all", 1, 1)),
          List.of(0.7),
          List.of(0.5, 0.6, 0.7, 0.8, 0.9),
          Duration.ofSeconds(3),
          true);

  private static final Duration QUICK_LOOK = Duration.ofSeconds(3);

  /** In the order of tables and charts. */
  static final List<Mix> ALL = List.of(EXTREME, HIGH, TPCC, ROCKSDB, EXP, FIXED);

  /**
   * Requests that take the same time.
   *
   * @param name what to call them
   * @param millis of CPU time that each takes, or takes on average
   * @param weight its share of all requests is its weight ÷ the sum of the weights
   */
  record Kind(String name, double millis, double weight) {
    double seconds() {
      return millis / 1e3;
    }
  }

  List<Double> loads(Effort effort) {
    return effort == Effort.QUICK ? quickLoads : fullLoads;
  }

  /** How long each load is looked at, at least. */
  Duration look(Effort effort) {
    return effort == Effort.QUICK && look.compareTo(QUICK_LOOK) > 0 ? QUICK_LOOK : look;
  }

  /** What a request takes on average. */
  double meanMillis() {
    return kinds.stream().mapToDouble(kind -> share(kind) * kind.millis).sum();
  }

  double share(Kind kind) {
    return kind.weight / kinds.stream().mapToDouble(Kind::weight).sum();
  }

  /** The kind that must not wait. */
  Kind shortest() {
    return kinds.stream().min(Comparator.comparingDouble(Kind::millis)).orElseThrow();
  }

  /** The kind that pays for it; the same one if there is but one. */
  Kind longest() {
    return kinds.stream().max(Comparator.comparingDouble(Kind::millis)).orElseThrow();
  }

  /** How many requests a second keep so many cores busy. */
  double capacityPerSecond(int cores) {
    return cores * 1e3 / meanMillis();
  }

  /** The shortest kind without the others. */
  Mix alone() {
    return new Mix(id, handler, List.of(shortest()), quickLoads, fullLoads, look, overload);
  }

  /** How long a load must last for so many of the shortest kind to be planned. */
  Duration lasting(double load, int cores, int samples) {
    double perSecond = load * capacityPerSecond(cores) * share(shortest());
    return Duration.ofMillis((long) Math.ceil(1e3 * samples / perSecond));
  }

  List<OpenLoop.RequestClass> classes(double stepsPerMilli) {
    return kinds.stream()
        .map(kind ->
            new OpenLoop.RequestClass(
                kind.name, (int) Math.round(kind.millis * stepsPerMilli), kind.weight))
        .toList();
  }
}
