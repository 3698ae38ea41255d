// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The probe's connections, one request at a time on each. A lane connects when it is asked and has
 * no connection, so that whatever becomes of connecting is an outcome of that request.
 *
 * <p>Not thread-safe: belongs to the thread that creates it, which also runs all the events, inside
 * {@link #poll}.
 */
final class Lanes implements AutoCloseable {
  /*
   * Netty's loop is driven by the generator's own thread: what that thread computes, and how late it
   * is, is then all there is to know about the generator. See decision 0125.
   */
  private static final long OVERDUE_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_REASONS = 20;
  private static final int LONGEST_REASON = 160;
  private static final int FIRST_ERROR_STATUS = 400;

  private final Service service;
  private final ManualIoEventLoop loop;
  private final Bootstrap bootstrap;
  private final @Nullable SslContext tls;
  private final List<Lane> lanes = new ArrayList<>();
  private final Map<String, Long> reasons = new LinkedHashMap<>();
  private long overdueCheckNanos = System.nanoTime();

  /** What became of a lane's request. The lane is free for the next one. */
  interface Answers {
    void answered(Lane lane, Outcome outcome, long nowNanos);
  }

  Lanes(Service service) throws IOException {
    this.service = service;
    this.tls = service.trust() == null ? null : tls(service.trust());
    this.loop = new ManualIoEventLoop(Thread.currentThread(), NioIoHandler.newFactory());
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .disableResolver()
            .remoteAddress(new InetSocketAddress(service.address(), service.target().port()))
            .option(ChannelOption.TCP_NODELAY, true);
  }

  private static SslContext tls(Service.Trust trust) throws SSLException {
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    if (trust.anybody()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    } else if (!trust.authorities().isEmpty()) {
      builder.trustManager(trust.authorities().toArray(X509Certificate[]::new));
    }
    return builder.build();
  }

  /** Creates lanes without connections. */
  List<Lane> lanes(int count, Answers answers) {
    List<Lane> created = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      created.add(new Lane(i, answers));
    }
    lanes.addAll(created);
    return created;
  }

  /** Why requests had another outcome than OK, and how often. */
  Map<String, Long> reasons() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
  }

  private void note(String reason) {
    String key = reasons.size() < MOST_REASONS || reasons.containsKey(reason) ? reason : "others";
    reasons.merge(key, 1L, Long::sum);
  }

  /**
   * Handles what is ready; if nothing is, waits until something is, or until the given time, which
   * it may overrun by a millisecond, or until it is woken up. An interrupt ends it as well, and
   * Netty's loop clears that.
   */
  void poll(long untilNanos) {
    long now = System.nanoTime();
    long waitNanos = Math.min(untilNanos - now, overdueCheckNanos - now);
    if (waitNanos <= 0) {
      loop.runNow();
    } else {
      loop.run(waitNanos);
    }
    now = System.nanoTime();
    if (overdueCheckNanos - now <= 0) {
      overdueCheckNanos = now + OVERDUE_CHECK_NANOS;
      for (Lane lane : lanes) {
        lane.giveUpIfOverdue(now);
      }
    }
  }

  /** Makes the present or next {@link #poll} return. The one method for other threads. */
  void wakeUp() {
    loop.execute(Lanes::nothing); // a bare wake-up may be lost between two polls, a task is not
  }

  private static void nothing() {}

  /** Runs something within {@link #poll}, so much later. */
  void later(Duration delay, Runnable action) {
    Future<?> _ = loop.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Closes all connections and the loop. Idempotent. */
  @Override
  public void close() {
    lanes.forEach(Lane::abandon);
    Future<?> _ = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
    while (!loop.isTerminated()) {
      loop.runNow();
    }
  }

  private static String shown(@Nullable Throwable cause) {
    String text = cause == null ? "" : cause.getMessage() == null ? "" : cause.getMessage();
    if (text.isBlank()) {
      text = cause == null ? "unknown" : cause.getClass().getSimpleName();
    }
    StringBuilder printable = new StringBuilder();
    text.chars().limit(LONGEST_REASON).forEach(c -> printable.append(Wire.printable(c)));
    return printable.toString();
  }

  /** One connection, or none yet, and the request it carries. */
  final class Lane {
    /** Its place among those it was created with, from 0. */
    final int index;

    private final Answers answers;
    private @Nullable Channel channel;
    private boolean carries;
    private long deadlineNanos;

    private Lane(int index, Answers answers) {
      this.index = index;
      this.answers = answers;
    }

    boolean carries() {
      return carries;
    }

    private boolean owns(Channel which) {
      return which.equals(channel);
    }

    /** Sends a request over a lane that carries none. Its outcome never comes from within. */
    void ask(Message message, long nowNanos, Duration patience) {
      if (carries) {
        throw new IllegalStateException("lane must be free: lane=" + index);
      }
      carries = true;
      deadlineNanos = nowNanos + patience.toNanos();
      Channel open = channel;
      if (open != null && open.isActive()) {
        ChannelFuture _ = open.writeAndFlush(message.toWrite()); // fails with its connection
      } else {
        connect(message, patience);
      }
    }

    private void connect(Message message, Duration patience) {
      abandonChannel();
      ChannelFuture connecting =
          bootstrap
              .clone()
              .option(
                  ChannelOption.CONNECT_TIMEOUT_MILLIS,
                  Math.toIntExact(Math.max(1, patience.toMillis())))
              .handler(new Setup(this))
              .connect();
      Channel opening = connecting.channel();
      channel = opening;
      opening
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                  context.pipeline().remove(this);
                  ChannelFuture _ = opening.writeAndFlush(message.toWrite());
                }
              });
      ChannelFuture _ =
          connecting.addListener(connected -> {
            if (!connected.isSuccess()) {
              Throwable cause = connected.cause();
              loop.execute(() -> connectFailed(opening, cause)); // this may still be within ask
            }
          });
    }

    private void connectFailed(Channel which, @Nullable Throwable cause) {
      if (!owns(which) || !carries) {
        return; // given up meanwhile, and perhaps asked anew
      }
      abandonChannel();
      switch (cause) {
        case ConnectTimeoutException _ -> finish(Outcome.TIMEOUT, "no connection in time");
        case ConnectException e when String.valueOf(e.getMessage()).contains("refused") ->
            finish(Outcome.REFUSED, "connection refused");
        case null, default -> finish(Outcome.ERROR, "cannot connect: " + shown(cause));
      }
    }

    private void giveUpIfOverdue(long now) {
      if (carries && deadlineNanos - now <= 0) {
        abandonChannel();
        finish(Outcome.TIMEOUT, "no answer in time");
      }
    }

    private void finish(Outcome outcome, String reason) {
      note(reason);
      finish(outcome, System.nanoTime());
    }

    private void finish(Outcome outcome, long nowNanos) {
      carries = false;
      answers.answered(this, outcome, nowNanos);
    }

    /** Closes the connection, and forgets the request without telling anybody. */
    void abandon() {
      carries = false;
      abandonChannel();
    }

    private void abandonChannel() {
      Channel old = channel;
      channel = null; // whatever still comes from it is nobody's
      if (old != null) {
        ChannelFuture _ = old.close();
      }
    }

    /** The connection has broken, or was closed. */
    private void lost(Channel which, String reason) {
      if (owns(which)) {
        abandonChannel();
        if (carries) {
          finish(Outcome.ERROR, reason);
        }
      }
    }
  }

  /** What stands between the socket and the lane. */
  private final class Setup extends ChannelInitializer<Channel> {
    private final Lane lane;

    Setup(Lane lane) {
      this.lane = lane;
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        pipeline.addLast(
            tls.newHandler(channel.alloc(), service.target().host(), service.target().port()));
      }
      AnswerEnd end = service.answerEnd();
      if (end == null) {
        pipeline.addLast(new HttpClientCodec(), new HttpDialogue(lane));
      } else {
        pipeline.addLast(new RawDialogue(lane, end));
      }
    }
  }

  /** What both languages have in common. */
  private abstract static class Dialogue extends ChannelInboundHandlerAdapter {
    final Lane lane;

    Dialogue(Lane lane) {
      this.lane = lane;
    }

    abstract void take(Channel channel, Object message);

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (lane.owns(context.channel())) {
          take(context.channel(), message);
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      lane.lost(context.channel(), "connection closed before the answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      Throwable root =
          cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
      String reason =
          root instanceof SSLException ? "TLS: " + shown(root) : "connection broke: " + shown(root);
      lane.lost(context.channel(), reason);
      ChannelFuture _ = context.close();
    }
  }

  private static final class HttpDialogue extends Dialogue {
    private int status;
    private boolean keepAlive;
    private boolean broken;

    HttpDialogue(Lane lane) {
      super(lane);
    }

    @Override
    void take(Channel channel, Object message) {
      if (message instanceof HttpResponse response) {
        status = response.status().code();
        keepAlive = HttpUtil.isKeepAlive(response);
        broken = response.decoderResult().isFailure();
      }
      if (!(message instanceof LastHttpContent last)) {
        return;
      }
      if (broken || last.decoderResult().isFailure()) {
        lane.lost(channel, "the answer is not HTTP");
      } else if (HttpStatusClass.valueOf(status) != HttpStatusClass.INFORMATIONAL) {
        answered(channel);
      }
    }

    private void answered(Channel channel) {
      if (!keepAlive) {
        lane.abandonChannel();
      }
      if (!lane.carries) {
        lane.lost(channel, "an answer that nobody asked for");
      } else if (status >= FIRST_ERROR_STATUS) {
        lane.finish(Outcome.ERROR, "status " + status);
      } else {
        lane.finish(Outcome.OK, System.nanoTime());
      }
    }
  }

  private final class RawDialogue extends Dialogue {
    private final AnswerEnd.Watch watch;
    private final @Nullable Duration silence;
    private long latestNanos;
    private boolean timed;

    RawDialogue(Lane lane, AnswerEnd end) {
      super(lane);
      watch = end.watch();
      silence = end instanceof AnswerEnd.Quiet quiet ? quiet.silence : null;
    }

    @Override
    void take(Channel channel, Object message) {
      latestNanos = System.nanoTime();
      int ended = watch.ended((ByteBuf) message);
      if (!lane.carries) {
        note("bytes that nobody asked for");
        lane.abandonChannel();
      } else if (ended > 1 || (ended == 1 && watch.within())) {
        lane.lost(channel, "more came than one answer; see --answer-ends");
      } else if (ended == 1) {
        lane.finish(Outcome.OK, latestNanos);
      } else if (silence != null && !timed) {
        timed = true;
        later(silence, () -> endIfQuiet(channel, silence));
      }
    }

    private void endIfQuiet(Channel channel, Duration silence) {
      timed = false;
      if (!lane.owns(channel) || !lane.carries) {
        return;
      }
      long missing = latestNanos + silence.toNanos() - System.nanoTime();
      if (missing <= 0) {
        lane.finish(Outcome.OK, latestNanos);
      } else {
        timed = true;
        later(Duration.ofNanos(missing), () -> endIfQuiet(channel, silence));
      }
    }
  }
}
