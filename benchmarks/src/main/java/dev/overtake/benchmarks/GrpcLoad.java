// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import dev.overtake.lab.ServerProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Asks the example service on gRPC as the probe asks the others, which speaks no HTTP/2: at planned
 * times and back to back, alone and beside long requests. All calls share one connection.
 *
 * <p>For one thread at a time.
 */
final class GrpcLoad implements AutoCloseable {
  private static final String SHORT = "Short";
  private static final String LONG = "Long";
  private static final int PREFIX_BYTES = 5; // of each message: not compressed, and its length
  private static final Duration BRIEF = Duration.ofMillis(20);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final HttpClientAgent client;
  private final RequestOptions address;

  GrpcLoad(ServerProcess server) {
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false),
            new PoolOptions().setHttp2MaxSize(1));
    address =
        new RequestOptions()
            .setHost(server.address().getAddress().getHostAddress())
            .setPort(server.address().getPort())
            .setMethod(HttpMethod.POST);
  }

  /** As {@link ServiceLoad#warmUp}. */
  void warmUp(Bench bench) throws IOException, InterruptedException {
    Duration warmup = bench.plan().warmup();
    int n = bench.requestOf(BRIEF).n();
    if (closed(warmup).ok == 0) {
      throw new IOException("gRPC on port %d answers no call".formatted(address.getPort()));
    }
    Stretch _ = backToBack(LONG, n, 2, warmup.dividedBy(2));
  }

  /** What short calls keep beside so many long ones that are always under way. */
  Measurement besideLongOnes(
      int longOnes, int n, double perSecond, Duration openLength, Duration closedLength)
      throws InterruptedException {
    Stretch calm = open(perSecond, openLength);
    Stretch calmClosed = closed(closedLength);
    AtomicBoolean wanted = new AtomicBoolean(true);
    for (int i = 0; i < longOnes; i++) {
      askAgain(n, wanted);
    }
    Stretch loaded = open(perSecond, openLength);
    Stretch loadedClosed = closed(closedLength);
    wanted.set(false);
    return new Measurement()
        .with(Figure.RETENTION, loaded.perSecond() / calm.perSecond())
        .with(Figure.CLOSED_RETENTION, loadedClosed.perSecond() / calmClosed.perSecond())
        .with(Figure.CALM_P99, calm.p99Micros())
        .with(Figure.LOADED_P99, loaded.p99Micros())
        .with(Figure.LONGEST_STALL, loaded.longestStallNanos / 1e6);
  }

  private void askAgain(int n, AtomicBoolean wanted) {
    ask(
        LONG,
        n,
        answered -> {
          if (answered && wanted.get()) {
            askAgain(n, wanted);
          }
        });
  }

  /** At planned times, whatever the server does. */
  private Stretch open(double perSecond, Duration length) throws InterruptedException {
    Stretch stretch = new Stretch();
    SplittableRandom random = new SplittableRandom(1);
    long start = System.nanoTime();
    long end = start + length.toNanos();
    for (double planned = start; ; ) {
      planned -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
      long due = (long) planned;
      if (due - end >= 0) {
        break;
      }
      sleepUntil(due);
      askShort(stretch, due);
    }
    sleepUntil(end);
    return stretch.ended(start, System.nanoTime());
  }

  /** Each call as soon as the last one of its lane has its answer. */
  private Stretch closed(Duration length) throws InterruptedException {
    return backToBack(SHORT, 1, ServiceLoad.CONNECTIONS, length);
  }

  private Stretch backToBack(String method, int n, int lanes, Duration length)
      throws InterruptedException {
    Stretch stretch = new Stretch();
    long start = System.nanoTime();
    long end = start + length.toNanos();
    for (int lane = 0; lane < lanes; lane++) {
      again(stretch, method, n, end);
    }
    sleepUntil(end);
    return stretch.ended(start, System.nanoTime());
  }

  private void again(Stretch stretch, String method, int n, long end) {
    long due = System.nanoTime();
    if (due - end >= 0) {
      return;
    }
    stretch.planned(due);
    ask(
        method,
        n,
        answered -> {
          stretch.decided(due, answered);
          if (answered) {
            again(stretch, method, n, end);
          }
        });
  }

  private void askShort(Stretch stretch, long due) {
    stretch.planned(due);
    ask(SHORT, 1, answered -> stretch.decided(due, answered));
  }

  private static void sleepUntil(long due) throws InterruptedException {
    for (long left; (left = due - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException("asking a service on gRPC");
      }
    }
  }

  /** Asks, and says in the end whether there was an answer. */
  private void ask(String method, int n, Consumer<Boolean> ended) {
    byte[] digits = Integer.toString(n).getBytes(StandardCharsets.US_ASCII);
    Buffer message =
        Buffer.buffer(PREFIX_BYTES + digits.length)
            .appendByte((byte) 0)
            .appendInt(digits.length)
            .appendBytes(digits);
    Future<Buffer> _ =
        client
            .request(new RequestOptions(address).setURI("/overtake.Library/" + method))
            .compose(request ->
                request
                    .putHeader("content-type", "application/grpc")
                    .putHeader("te", "trailers")
                    .send(message))
            .compose(GrpcLoad::message)
            .onComplete(result -> ended.accept(result.succeeded()));
  }

  private static Future<Buffer> message(HttpClientResponse response) {
    return response
        .body()
        .compose(body ->
            "0".equals(response.getTrailer("grpc-status"))
                ? Future.succeededFuture(body)
                : Future.failedFuture("grpc-status " + response.getTrailer("grpc-status")));
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    Void _ = vertx.close().await();
  }

  /** The calls of one stretch, counted as the probe counts. Thread-safe until it has ended. */
  private static final class Stretch {
    private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
    private final List<Long> waiting = new ArrayList<>();
    private long longestStallNanos;
    private long waitingSince;
    private long ok;
    private boolean over;
    private double seconds;

    synchronized void planned(long due) {
      if (waiting.isEmpty()) {
        waitingSince = due;
      }
      waiting.add(due);
    }

    synchronized void decided(long due, boolean answered) {
      long now = System.nanoTime();
      if (over) {
        return;
      }
      waiting.remove(Long.valueOf(due));
      stalled(now);
      if (answered) {
        ok++;
        latencies.recordValue(now - due);
      }
    }

    private void stalled(long now) {
      longestStallNanos = Math.max(longestStallNanos, now - waitingSince);
      waitingSince = now;
    }

    /** What has no answer counts with its age if that is longer than the median. */
    synchronized Stretch ended(long start, long end) {
      over = true;
      seconds = (end - start) / 1e9;
      if (!waiting.isEmpty()) {
        stalled(end);
      }
      long median = latencies.getValueAtPercentile(50);
      waiting.stream()
          .filter(due -> end - due > median)
          .forEach(due -> latencies.recordValue(end - due));
      return this;
    }

    double perSecond() {
      return ok / seconds;
    }

    double p99Micros() {
      return latencies.getTotalCount() == 0 ? Double.NaN : latencies.getValueAtPercentile(99) / 1e3;
    }
  }
}
