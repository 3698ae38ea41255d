// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.compute.Compute;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HandlersTest {
  private static final String COMPUTE =
      Compute.class.getProtectionDomain().getCodeSource().getLocation().getPath();

  @TempDir private Path folder;

  @Test
  void comeWithTheServer() {
    assertThat(Handlers.named("echo")).isInstanceOf(Echo.class);
    assertThat(Handlers.named("fib")).isInstanceOf(Fib.class);
    assertThat(Handlers.named("countdown")).isInstanceOf(Countdown.class);
  }

  @Test
  void oneSearchesNumbersForWhatIsNotThere() throws Exception {
    Handler search = Handlers.named(Search.class.getName());

    try (TcpServer server = TcpServer.builder(search).start();
        Client client = new Client(server)) {
      assertThat(client.send("1\n1000000\n0\n").halfClose().rest())
          .isEqualTo(
              "no\nno\nerror: out of range: 0; send a whole number from 1 to 100000000000\n");
    }
  }

  @Test
  void areMadeOfClassesOnTheClassPath() throws Exception {
    compile(
        """
        package users;
        public class Hello implements dev.overtake.server.Handler {
          @Override public void handle(dev.overtake.server.Connection c) throws java.io.IOException {
            c.write(Greeting.TEXT.getBytes());
          }
        }
        class Greeting { static final String TEXT = new String("hello"); }
        """);

    assertThat(greeting(Handlers.named("users.Hello", List.of(folder)))).isEqualTo("hello");
  }

  @Test
  void areGivenTheComputeIfTheirConstructorTakesOne() throws Exception {
    compile(
        """
        package users;
        import dev.overtake.compute.*;
        public class Asking implements dev.overtake.server.Handler {
          private final Compute compute;
          public Asking(Compute compute) { this.compute = compute; }
          @Override public void handle(dev.overtake.server.Connection c) throws java.io.IOException {
            c.write(compute.toString().getBytes());
          }
        }
        """);
    Compute compute = Compute.parse("threshold:15,threads:4");

    assertThat(greeting(Handlers.named("users.Asking", List.of(folder), compute)))
        .isEqualTo("threshold:15,threads:4");
    assertThat(greeting(Handlers.named("users.Asking", List.of(folder)))).isEqualTo("inline");
  }

  @Test
  void sendTheirOwnTasksToProcessesThatHaveTheirClassPath() throws Exception {
    compile(
        """
        package users;
        import dev.overtake.compute.*;
        public class Remote implements dev.overtake.server.Handler {
          record Pid() implements java.util.concurrent.Callable<Long>, java.io.Serializable {
            @Override public Long call() { return ProcessHandle.current().pid(); }
          }
          private final Compute compute;
          public Remote(Compute compute) { this.compute = compute; }
          @Override public void handle(dev.overtake.server.Connection c) throws java.io.IOException {
            try {
              c.write(compute.call(new Task<>("pid", 1, new Pid())).toString().getBytes());
            } catch (Exception e) {
              throw new java.io.IOException(e);
            }
          }
        }
        """);
    try (Compute compute = Compute.parse("processes:1", List.of(folder))) {
      Handler handler = Handlers.named("users.Remote", List.of(folder), compute);
      compute.start();
      List<String> children =
          ProcessHandle.current().children().map(child -> String.valueOf(child.pid())).toList();

      assertThat(greeting(handler)).isIn(children);
    }
  }

  private static String greeting(Handler handler) throws IOException {
    try (TcpServer server = TcpServer.builder(handler).start();
        Client client = new Client(server)) {
      return client.rest();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "users.Missing, 'handler unknown: users.Missing; choose one of echo, fib, countdown'",
    "users.Other, 'it does not implement dev.overtake.server.Handler'",
    "users.Hidden, 'make it a public class with a public constructor without parameters'",
    "users.Picky, 'make it a public class with a public constructor without parameters'",
    "users.Broken, 'its constructor failed: java.lang.IllegalStateException: out of order'",
    "users.Unlinked, 'java.lang.NoClassDefFoundError: users/Absent'",
    "users/Other, 'users/Other'",
    "'', 'handler unknown: ;'",
  })
  void areRefusedInOneLine(String name, String why) throws Exception {
    compile(
        """
        package users;
        abstract class Base implements dev.overtake.server.Handler {
          @Override public void handle(dev.overtake.server.Connection c) {}
        }
        """,
        "package users; class Hidden extends Base { public Hidden() {} }",
        "package users; public class Other {}",
        "package users; public class Picky extends Base { public Picky(int n) {} }",
        """
        package users;
        public class Broken extends Base {
          public Broken() { throw new IllegalStateException("out\\nof order"); }
        }
        """,
        "package users; class Absent {}",
        "package users; public class Unlinked extends Base { Absent a = new Absent(); }");
    Files.delete(folder.resolve("users/Absent.class"));

    assertThatThrownBy(() -> Handlers.named(name, List.of(folder)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .message()
        .contains(name)
        .doesNotContain("\n");
  }

  @Test
  void areNotLookedForInAClassPathThatDoesNotExist() {
    Path missing = folder.resolve("missing.jar");

    assertThatThrownBy(() -> Handlers.named("users.Hello", List.of(missing)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(missing.toString());
  }

  /** Compiles each text in a file of its own. */
  private void compile(String... texts) throws IOException {
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
    String[] arguments = new String[texts.length + 4];
    arguments[0] = "-d";
    arguments[1] = folder.toString();
    arguments[2] = "-cp";
    arguments[3] = Path.of("target/classes").toAbsolutePath() + File.pathSeparator + COMPUTE;
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      String name = text.replaceFirst("(?s).*?class (\\w+).*", "$1") + ".java";
      arguments[i + 4] = Files.writeString(folder.resolve(name), text).toString();
    }
    assertThat(javac.run(System.out, System.err, arguments)).isZero();
  }
}
