// SPDX-License-Identifier: Apache-2.0
package dev.overtake.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Netty with its native transport where there is one, the handler inline on the event loop or on a
 * fixed pool of platform threads. A loop of its own accepts, so that no handler can occupy it.
 */
final class NettyPeer implements Peer {
  private final int loops; // 0: Netty's own default, two for each processor
  private final int poolThreads; // 0: the handler runs on the loop

  private NettyPeer(int loops, int poolThreads) {
    this.loops = loops;
    this.poolThreads = poolThreads;
  }

  static NettyPeer inline(int loops) {
    return new NettyPeer(loops, 0);
  }

  static NettyPeer pooled(int threads) {
    return new NettyPeer(0, threads);
  }

  @Override
  public InetSocketAddress start() throws IOException {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Supplier<ChannelHandler> answerer = answerer();
    Class<? extends ServerChannel> channel =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    return (InetSocketAddress)
        new ServerBootstrap()
            .group(
                new MultiThreadIoEventLoopGroup(1, io), new MultiThreadIoEventLoopGroup(loops, io))
            .channel(channel)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, poolThreads == 0)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    accepted.pipeline().addLast(answerer.get());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel()
            .localAddress();
  }

  private Supplier<ChannelHandler> answerer() {
    if (poolThreads == 0) {
      return Inline::new;
    }
    ExecutorService pool = Executors.newFixedThreadPool(poolThreads);
    return () -> new Pooled(pool);
  }

  /** Answers on the thread that has read. */
  private static class Inline extends ChannelInboundHandlerAdapter {
    private final FibLines lines = new FibLines();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      answer(context, (ByteBuf) message);
    }

    final void answer(ChannelHandlerContext context, ByteBuf chunk) {
      while (chunk.isReadable()) {
        lines.take(chunk.readByte());
      }
      chunk.clear().writeBytes(lines.answers(), 0, lines.length());
      lines.clear();
      var _ = context.writeAndFlush(chunk, context.voidPromise());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      System.err.println("connection " + context.channel().remoteAddress() + ": " + cause);
      var _ = context.close();
    }
  }

  /** Answers on a pool; reads the next chunk only then, or the pool might swap answers. */
  private static final class Pooled extends Inline {
    private final Executor pool;

    Pooled(Executor pool) {
      this.pool = pool;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      pool.execute(() -> {
        answer(context, (ByteBuf) message);
        context.read();
      });
    }
  }
}
