// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.common;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** The command line of every service: {@code [--model MODEL] [--port PORT]}. */
public final class Command {
  private Command() {}

  /** Serves until SIGTERM or Ctrl-C. Says on stdout where, once it can be connected to. */
  public static void run(String framework, Service.Starter starter, String... arguments)
      throws Exception {
    Model model = Model.OVERTAKE;
    int port = 8080;
    for (int i = 0; i < arguments.length; i += 2) {
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      switch (arguments[i]) {
        case "--model" -> model = model(value);
        case "--port" -> port = port(value);
        default -> throw misused("option unknown: " + arguments[i] + "; there are --model, --port");
      }
    }
    CountDownLatch toldToEnd = new CountDownLatch(1);
    Thread serving = Thread.currentThread();
    Runnable end =
        () -> {
          toldToEnd.countDown();
          join(serving);
        };
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("end").unstarted(end));
    try (Library library = new Library();
        Service service = starter.start(model, library, port)) {
      System.out.printf(
          "listening on 127.0.0.1:%d framework=%s model=%s%n",
          service.port(), framework, model.spelling());
      toldToEnd.await();
    }
  }

  private static Model model(String spelling) {
    return Arrays.stream(Model.values())
        .filter(model -> model.spelling().equals(spelling))
        .findFirst()
        .orElseThrow(() -> misused("model unknown: " + spelling + "; choose one of " + choices()));
  }

  private static String choices() {
    return Arrays.stream(Model.values()).map(Model::spelling).collect(Collectors.joining(", "));
  }

  private static int port(String digits) {
    if (!digits.matches("\\d{1,5}") || Integer.parseInt(digits) > 65_535) {
      throw misused("port must be from 0 to 65535: " + digits);
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException misused(String message) {
    return new IllegalArgumentException(message);
  }

  private static void join(Thread serving) {
    try {
      serving.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
