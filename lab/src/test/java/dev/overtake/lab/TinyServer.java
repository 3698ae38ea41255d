// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/**
 * A program that behaves like the command {@code overtake serve fib}, or misbehaves: a real server
 * in a process of its own for the lab's tests, which know no server of ours.
 */
final class TinyServer {
  /** As the first argument: prints a stack trace and ends without listening. */
  static final String DIES = "dies";

  /** As the first argument: listens, and ends when it is first asked for something long. */
  static final String DIES_UNDER_LOAD = "dies-under-load";

  /** As the first argument: says nothing and waits. */
  static final String SILENT = "silent";

  /** As the first argument: says something else. */
  static final String BABBLES = "babbles";

  /** As the first argument: starts a process as the lab does, prints its number, and waits. */
  static final String ABANDONS = "abandons";

  private static final int LONG = 10;
  private static final String SEARCH = "dev.overtake.server.Search";
  private static final String WORK = "dev.overtake.lab.WorkHandler"; // whose class needs a server's

  private TinyServer() {}

  /** The words that start this program, with a first argument if there is one. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(
        List.of(TinyServer.class, Lab.class, dev.overtake.load.Target.class).stream()
            .map(TinyServer::placeOf)
            .distinct()
            .collect(Collectors.joining(System.getProperty("path.separator"))));
    command.add(TinyServer.class.getName());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  public static void main(String[] arguments) throws Exception {
    switch (arguments.length == 0 ? "" : arguments[0]) {
      case DIES -> throw new IllegalStateException("no luck today");
      case SILENT -> Thread.currentThread().join();
      case BABBLES -> {
        System.out.println("good morning");
        Thread.currentThread().join();
      }
      case ABANDONS -> {
        Process child = new ChildProcesses().start(new ProcessBuilder("sleep", "1000"));
        System.out.println(child.pid());
        Thread.currentThread().join();
      }
      case DIES_UNDER_LOAD -> serve(true, TinyServer::fib);
      default -> serve(false, handler(List.of(arguments)));
    }
  }

  private static LongUnaryOperator handler(List<String> arguments) {
    if (arguments.contains(WORK)) {
      return Work::of;
    }
    return arguments.contains(SEARCH) ? TinyServer::search : TinyServer::fib;
  }

  private static void serve(boolean dies, LongUnaryOperator handler) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      System.out.println("listening on 127.0.0.1:" + listener.getLocalPort() + " handler=fib");
      while (true) {
        Socket socket = listener.accept();
        Thread.ofPlatform().daemon().start(() -> answer(socket, dies, handler));
      }
    }
  }

  private static void answer(Socket socket, boolean dies, LongUnaryOperator handler) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[1_000];
      for (int length; (length = in.read(buffer)) > 0; ) {
        String request = new String(buffer, 0, length, StandardCharsets.US_ASCII);
        for (String line : request.lines().toList()) {
          long n = Long.parseLong(line.strip());
          if (dies && n > LONG) {
            System.err.println("out of luck: n=" + n);
            Runtime.getRuntime().halt(3);
          }
          socket
              .getOutputStream()
              .write((handler.applyAsLong(n) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException clientGone) {
      System.err.println("connection lost: " + clientGone.getMessage());
    }
  }

  /** Takes the longer the larger n is. */
  private static long search(long n) {
    long scrambled = 1;
    for (long i = 0; i < n; i++) {
      scrambled = scrambled * 31 + (scrambled >>> 7);
    }
    return scrambled;
  }

  private static long fib(long n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  private static String placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
