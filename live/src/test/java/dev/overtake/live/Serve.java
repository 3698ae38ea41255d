// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.File;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the page takes for the command {@code overtake}: {@code serve} with the real server. */
final class Serve {
  private Serve() {}

  /** The words that start it. */
  static List<String> command() {
    String path =
        Stream.of("java.class.path", "jdk.module.path", "surefire.test.class.path")
            .map(System::getProperty)
            .filter(Objects::nonNull)
            .flatMap(list -> Stream.of(list.split(File.pathSeparator)))
            .filter(entry -> !entry.isEmpty())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    String here = Path.of("target", "test-classes").toAbsolutePath().toString();
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "--add-opens",
        "java.base/java.lang=ALL-UNNAMED",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        here + File.pathSeparator + path,
        Serve.class.getName());
  }

  public static void main(String[] arguments) throws Exception {
    List<String> words = List.of(arguments);
    Model model = Model.parse(words.get(words.indexOf("--model") + 1));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    try (TcpServer server =
        TcpServer.builder(Handlers.named(words.get(1))).model(model).port(0).start()) {
      out.println("listening on 127.0.0.1:" + server.port() + " model=" + model);
      if (words.contains("--figures")) {
        FiguresLine.start(out);
      }
      server.await();
    }
  }
}
