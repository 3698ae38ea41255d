// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Short requests at a pace, without end, whose connections and hogs may be changed at any time.
 *
 * {@snippet :
 * try (SteadyLoad load = SteadyLoad.start(SteadyLoad.Options.defaults(target), System.out::println)) {
 *   load.hogs(2, 45); // two connections ask for fib(45) again and again
 *   load.hogs(0, 45); // their connections are closed; the server may go on computing
 * }
 * }
 *
 * <p>Each connection has one request under way at most. With a beat it sends at the beats of its
 * own clock, and at once if the answer came after the beat: what it has missed it does not make up.
 * Without one it sends as soon as its last answer has come.
 *
 * <p>Thread-safe.
 */
public final class SteadyLoad implements AutoCloseable {
  private final Wire wire;
  private final Thread thread;
  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
  private volatile boolean closed; // written by close(), ends the generator's thread
  private volatile long cpuNanos; // of the generator's thread, as of its last moment

  private SteadyLoad(Options options, Consumer<Moment> listener) throws IOException {
    wire = new Wire(options.target(), Check.CONNECT_PATIENCE);
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("load-" + options.target().port())
            .unstarted(new Generator(options, listener));
  }

  /**
   * Begins to connect and to ask. Does not wait for the server.
   *
   * @param options what to do
   * @param listener told each moment by the generator's own thread, which it must not delay
   * @return to be closed by the caller
   * @throws IOException if the target's name is unknown or this process may open no more files;
   *     nothing is left then
   */
  public static SteadyLoad start(Options options, Consumer<Moment> listener) throws IOException {
    SteadyLoad load = new SteadyLoad(options, listener);
    load.thread.start();
    return load;
  }

  /**
   * Changes how many connections ask for short requests; those too many are closed.
   *
   * @param count 1 to 10000
   */
  public void connections(int count) {
    Check.range("connections", count, 1, Check.MOST_CONNECTIONS);
    change(generator -> generator.shorts.resize(count));
  }

  /**
   * Changes how often each connection asks at most.
   *
   * @param beat the time between two requests of one connection; zero for back to back
   */
  public void beat(Duration beat) {
    Check.duration("beat", beat, Duration.ZERO);
    change(generator -> generator.shorts.beat(beat.toNanos()));
  }

  /**
   * Changes how many more connections ask for long requests, back to back. All that there are are
   * closed first: what they were waiting for is abandoned, and a server that does not notice
   * computes it to its end.
   *
   * @param count 0 to 10000
   * @param n the long request, at least 1
   */
  public void hogs(int count, int n) {
    Check.range("hogs", count, 0, Check.MOST_CONNECTIONS);
    Check.range("n", n, 1, Integer.MAX_VALUE);
    change(generator -> generator.hogs(count, n));
  }

  /**
   * Returns what the generator has cost so far.
   *
   * @return CPU time of its thread, as of the last moment it told
   */
  public Duration cpuTime() {
    return Duration.ofNanos(cpuNanos);
  }

  /** Closes all connections and waits for the generator's thread to end. Idempotent. */
  @Override
  public void close() {
    closed = true;
    wire.wakeUp();
    GeneratorThread.join(thread);
  }

  private void change(Change change) {
    changes.add(change);
    wire.wakeUp();
  }

  private interface Change {
    void apply(Generator generator) throws IOException;
  }

  /**
   * What to do.
   *
   * @param target whom to ask
   * @param n the short request, 1 to 92
   * @param connections how many connections ask for it at first, 1 to 10000
   * @param beat how often each of them asks at most; zero for back to back
   * @param moment how often the listener is told, 0.01 s to 1 s, a whole number of times in a
   *     second
   */
  public record Options(Target target, int n, int connections, Duration beat, Duration moment) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range; the message has the value
     */
    public Options {
      Check.n("n", n);
      Check.range("connections", connections, 1, Check.MOST_CONNECTIONS);
      Check.duration("beat", beat, Duration.ZERO);
      Check.interval(moment);
    }

    /**
     * Returns options for a light load: {@code n=1} over ten connections, 50 times a second each,
     * and five moments a second.
     *
     * @param target whom to ask
     * @return the options
     */
    public static Options defaults(Target target) {
      return new Options(target, 1, 10, Duration.ofMillis(20), Duration.ofMillis(200));
    }
  }

  /**
   * What happened since the moment before. The latencies are those of the last second, so that
   * there are enough of them; an unanswered request counts with its age if that is longer than the
   * median of the answered ones, or if there are none.
   *
   * @param seconds how long ago the moment before was
   * @param requests how many short requests were answered
   * @param latencies of the last second's short requests
   * @param longestStallMillis the longest time without a single answer that had an end or was going
   *     on in this moment, counted from where it began
   * @param open how many connections of short requests are open
   * @param waiting how many of the short requests wait for their answer
   * @param hogs how many connections ask for long requests
   * @param hogsAnswered how many long requests were answered
   * @param lastHogMillis how long the last answered of those took; 0 before the first one
   * @param failures what has gone wrong with the short requests since the start
   */
  public record Moment(
      double seconds,
      long requests,
      LatencyFigures latencies,
      double longestStallMillis,
      int open,
      int waiting,
      int hogs,
      long hogsAnswered,
      double lastHogMillis,
      Failures failures) {}

  /** The generator's thread. */
  private final class Generator implements Runnable {
    private final Options options;
    private final Consumer<Moment> listener;
    private final long momentNanos;
    private final Window window;
    private final PacedLoop shorts;
    private @Nullable ClosedLoop hogs;
    private int hogCount;
    private long hogsAnswered;
    private double lastHogMillis;
    private long answered;
    private long lastAnswer;
    private long longestStallNanos;

    Generator(Options options, Consumer<Moment> listener) {
      this.options = options;
      this.listener = listener;
      momentNanos = options.moment().toNanos();
      window = new Window((int) (TimeUnit.SECONDS.toNanos(1) / momentNanos));
      shorts = new PacedLoop(wire, options.n(), options.beat().toNanos(), this::answered);
    }

    @Override
    public void run() {
      try (wire) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        shorts.resize(options.connections());
        long began = System.nanoTime();
        lastAnswer = began;
        long due = nextMoment(began);
        while (!closed) {
          wire.poll(shorts.earliest(due));
          for (Change change; (change = changes.poll()) != null; ) {
            change.apply(this);
          }
          long now = System.nanoTime();
          shorts.sendDue(now);
          if (now - due >= 0) {
            cpuNanos = threads.getCurrentThreadCpuTime();
            listener.accept(moment(now, began));
            began = now;
            due = nextMoment(now);
          }
        }
      } catch (IOException e) {
        // So few files are left to this process that not even its own end can be told otherwise.
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // nobody does, and it would mean the same as closed
      }
    }

    /** The moments of all loads of this process end together, so that they can be compared. */
    private long nextMoment(long now) {
      return now + momentNanos - Math.floorMod(now, momentNanos);
    }

    private void answered(long now, long since) {
      answered++;
      window.record(now - since);
      longestStallNanos = Math.max(longestStallNanos, now - lastAnswer);
      lastAnswer = now;
    }

    private void hogs(int count, int n) throws IOException {
      if (hogs != null) {
        hogs.abandon();
        hogs = null;
      }
      hogCount = count;
      lastHogMillis = 0;
      if (count > 0) {
        hogs = new ClosedLoop(wire, n, count, this::hogAnswered);
        hogs.startConnecting(System.nanoTime());
      }
    }

    private void hogAnswered(Wire.Link link, long now, long since) {
      hogsAnswered++;
      lastHogMillis = (now - since) / 1e6;
    }

    private Moment moment(long now, long began) {
      Unanswered unanswered = new Unanswered();
      int waiting = shorts.forEachWaiting(since -> unanswered.note(now - since));
      Histogram lastSecond = window.turn();
      unanswered.addTo(lastSecond);
      Moment moment =
          new Moment(
              (now - began) / 1e9,
              answered,
              LatencyFigures.of(lastSecond),
              Math.max(longestStallNanos, now - lastAnswer) / 1e6,
              shorts.open(),
              waiting,
              hogCount,
              hogsAnswered,
              lastHogMillis,
              shorts.failures());
      answered = 0;
      hogsAnswered = 0;
      longestStallNanos = 0;
      return moment;
    }
  }

  /** The latencies of the last second, a histogram for each moment of it. */
  private static final class Window {
    private final Deque<Histogram> moments = new ArrayDeque<>();
    private Histogram current = Timeline.histogram(2);

    Window(int count) {
      for (int i = 1; i < count; i++) {
        moments.add(Timeline.histogram(2));
      }
    }

    void record(long nanos) {
      Timeline.record(current, nanos);
    }

    /** Returns all of the last second, and begins the next moment. */
    Histogram turn() {
      Histogram all = Timeline.histogram(2);
      all.add(current);
      moments.forEach(all::add);
      moments.addLast(current);
      current = moments.removeFirst();
      current.reset();
      return all;
    }
  }

  /** Links that ask for one thing again and again, each at beats of its own. */
  private static final class PacedLoop implements Wire.Events {
    /** What a paced loop tells: an answer to a request that left at {@code since}. */
    interface Answers {
      void answered(long now, long since);
    }

    private final Wire wire;
    private final Wire.Request request;
    private final Answers answers;
    private final Wire.Group group = Wire.Group.reopening(this);
    private final List<Ask> asks = new ArrayList<>();
    private long beatNanos;

    /** One link, and when it has asked or is going to ask. */
    private static final class Ask {
      final Wire.Link link;
      long since; // when the request that has no answer was meant to leave
      boolean wanted; // it has no answer yet; it leaves when the link is open
      long next; // the next beat

      Ask(Wire.Link link) {
        this.link = link;
      }
    }

    PacedLoop(Wire wire, int n, long beatNanos, Answers answers) {
      this.wire = wire;
      this.request = new Wire.Request(n);
      this.beatNanos = beatNanos;
      this.answers = answers;
    }

    void resize(int count) throws IOException {
      while (asks.size() > count) {
        wire.abandon(asks.removeLast().link);
      }
      int first = asks.size();
      for (int i = first; i < count; i++) {
        asks.add(new Ask(wire.link(i, group)));
      }
      spread(first);
      for (Ask ask : asks.subList(first, asks.size())) {
        wire.open(ask.link);
      }
    }

    void beat(long nanos) {
      beatNanos = nanos;
      spread(0);
    }

    /** The beats of these and of all behind are spread over the time between two of one link. */
    private void spread(int first) {
      long now = System.nanoTime();
      for (int i = first; i < asks.size(); i++) {
        asks.get(i).next = now + beatNanos * (i - first) / (asks.size() - first);
      }
    }

    /** The earliest beat of those that wait for one, or the given time if that is earlier. */
    long earliest(long nanos) {
      long earliest = nanos;
      for (Ask ask : asks) {
        if (!ask.wanted && ask.next - earliest < 0) {
          earliest = ask.next;
        }
      }
      return earliest;
    }

    /** Wants what is due, and sends what is wanted over the links that are open. */
    void sendDue(long now) {
      // By index, as a link that is lost on sending may change nothing here but its own state.
      for (int i = 0; i < asks.size(); i++) {
        Ask ask = asks.get(i);
        if (!ask.wanted && ask.next - now <= 0) {
          want(ask, now);
        }
        if (ask.wanted && ask.link.isOpen() && !ask.link.isAwaiting()) {
          wire.send(ask.link, request);
        }
      }
    }

    private void want(Ask ask, long now) {
      ask.since = now;
      ask.wanted = true;
      long beat = ask.next + beatNanos;
      ask.next = beat - now < 0 ? now : beat;
    }

    int open() {
      int open = 0;
      for (Ask ask : asks) {
        open += ask.link.isOpen() ? 1 : 0;
      }
      return open;
    }

    /** What waits for its answer, on its way or for its link to be open; returns how many. */
    int forEachWaiting(LongConsumer since) {
      int waiting = 0;
      for (Ask ask : asks) {
        if (ask.wanted) {
          since.accept(ask.since);
          waiting++;
        }
      }
      return waiting;
    }

    Failures failures() {
      return group.failures();
    }

    @Override
    public void opened(Wire.Link link, long now) {
      // What is wanted leaves by sendDue(), which comes after every poll.
    }

    @Override
    public void answered(Wire.Link link, long now) {
      Ask ask = asks.get(link.index);
      answers.answered(now, ask.since);
      ask.wanted = false;
      if (ask.next - now <= 0) {
        ask.next = now;
        want(ask, now);
        wire.send(link, request);
      }
    }

    @Override
    public void nonsense(Wire.Link link, long now) {
      asks.get(link.index).wanted = false; // counted by its group as a failure
    }

    @Override
    public void lost(Wire.Link link, boolean carriedRequest) {
      // The wish, and the time since when, remain.
    }
  }
}
