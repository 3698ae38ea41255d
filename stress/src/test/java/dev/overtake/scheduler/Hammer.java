// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.Outcome;

/**
 * Runs the two actors of a jcstress test against each other in this JVM. Quicker than jcstress,
 * which starts JVMs for each test, and good enough for every build as long as it catches the twins.
 */
final class Hammer {
  private static final int STATES_PER_BATCH = 5000;
  private static final int LONGEST_WAIT = 200;
  private static final int LONGEST_SKEW = 12;

  private final Class<?> test;
  private final List<MethodHandle> actors = new ArrayList<>();
  private @Nullable MethodHandle arbiter;
  private Class<?> resultType = Object.class;
  private final TreeMap<String, Long> counts = new TreeMap<>();

  // How far each actor is. Who is ahead waits a little for the other, so that they meet in each
  // state while both have a processor, and goes on if the other has none.
  private final AtomicInteger[] positions = {new AtomicInteger(), new AtomicInteger()};

  Hammer(Class<?> test) throws ReflectiveOperationException {
    this.test = test;
    List<Method> methods = new ArrayList<>(List.of(test.getDeclaredMethods()));
    methods.sort(Comparator.comparing(Method::getName));
    for (Method method : methods) {
      if (method.isAnnotationPresent(Actor.class)) {
        actors.add(handle(method));
      } else if (method.isAnnotationPresent(Arbiter.class)) {
        arbiter = handle(method);
      }
    }
    if (actors.size() != 2) {
      throw new IllegalArgumentException("a test must have two actors: " + test);
    }
  }

  /** As a method of state and result, whatever it takes. */
  private MethodHandle handle(Method method) throws IllegalAccessException {
    MethodHandle handle = MethodHandles.lookup().unreflect(method);
    if (method.getParameterCount() == 0) {
      handle = MethodHandles.dropArguments(handle, 1, Object.class);
    } else {
      resultType = method.getParameterTypes()[0];
    }
    return handle.asType(MethodType.methodType(void.class, Object.class, Object.class));
  }

  /** Runs for a time, or until an outcome shows that is forbidden; returns the forbidden ones. */
  List<String> forbidden(long nanos) throws Exception {
    long start = System.nanoTime();
    List<String> forbidden = new ArrayList<>();
    while (forbidden.isEmpty() && System.nanoTime() - start < nanos) {
      batch();
      for (String outcome : counts.keySet()) {
        if (expect(outcome) == Expect.FORBIDDEN) {
          forbidden.add(outcome);
        }
      }
    }
    return forbidden;
  }

  /** How often each outcome was seen. */
  String outcomes() {
    return counts.toString();
  }

  private void batch() throws Exception {
    Object[] states = new Object[STATES_PER_BATCH];
    Object[] results = new Object[STATES_PER_BATCH];
    var newState = test.getConstructor();
    var newResult = resultType.getConstructor();
    for (int i = 0; i < STATES_PER_BATCH; i++) {
      states[i] = newState.newInstance();
      results[i] = newResult.newInstance();
    }
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int which = 0; which < 2; which++) {
      MethodHandle actor = actors.get(which);
      AtomicInteger own = positions[which];
      AtomicInteger other = positions[1 - which];
      own.set(0);
      threads.add(
          Thread.ofPlatform()
              .name("actor-" + which)
              .unstarted(() -> {
                try {
                  act(actor, own, other, states, results);
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError("an actor failed", failure.get());
    }
    for (int i = 0; i < STATES_PER_BATCH; i++) {
      if (arbiter != null) {
        try {
          arbiter.invokeExact(states[i], results[i]);
        } catch (Throwable e) {
          throw new AssertionError("the arbiter failed", e);
        }
      }
      counts.merge(results[i].toString(), 1L, Long::sum);
    }
  }

  private static void act(
      MethodHandle actor, AtomicInteger own, AtomicInteger other, Object[] states, Object[] results)
      throws Throwable {
    Random random = new Random();
    for (int i = 0; i < STATES_PER_BATCH; i++) {
      int skew = random.nextInt(LONGEST_SKEW);
      own.set(i);
      for (int n = 0; n < LONGEST_WAIT && other.get() < i; n++) {
        Thread.onSpinWait();
      }
      for (int n = 0; n < skew; n++) {
        Thread.onSpinWait();
      }
      actor.invokeExact(states[i], results[i]);
    }
    own.set(STATES_PER_BATCH);
  }

  /** As jcstress grades: by identity, else by pattern, else by the outcome without an id. */
  private Expect expect(String outcome) {
    Expect otherwise = Expect.FORBIDDEN;
    Expect matching = null;
    for (Outcome each : test.getAnnotationsByType(Outcome.class)) {
      for (String id : each.id()) {
        if (id.equals(outcome)) {
          return each.expect();
        }
        if (id.isEmpty()) {
          otherwise = each.expect();
        } else if (outcome.matches(id)) {
          matching = each.expect();
        }
      }
    }
    return matching == null ? otherwise : matching;
  }
}
