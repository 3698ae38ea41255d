// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GilTest extends ServerContract {
  private static final Set<Thread.State> WAITING =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final AtomicBoolean enough = new AtomicBoolean();

  @Override
  Model model() {
    return Model.parse("gil:1ms");
  }

  @AfterEach
  void letHandlersEnd() {
    enough.set(true);
  }

  @Test
  void servesOthersBetweenTheInstructionsOfALongRequest() throws Exception {
    TcpServer server = start(computingWhenAsked());
    Client hog = connect(server).send("compute");
    Client other = connect(server).send("x");

    assertThat(other.line()).isEqualTo("done");
    enough.set(true);
    assertThat(hog.line()).isEqualTo("done");
  }

  @Test
  void servesNobodyDuringALongInstruction() throws Exception {
    TcpServer server = start(computingWhenAsked());
    Client other = connect(server).send("x");
    assertThat(other.line()).isEqualTo("done");
    Client hog = connect(server).send("without marks");
    await().until(() -> state("conn-2") == Thread.State.RUNNABLE);
    other.send("x");

    // It has read the request, so the lock is all it can be waiting for.
    await().until(() -> WAITING.contains(state("conn-1")));
    enough.set(true);
    assertThat(hog.line()).isEqualTo("done");
    assertThat(other.line()).isEqualTo("done");
  }

  @Test
  void servesOthersWhileAHandlerBlocksAndSaysSo() throws Exception {
    CountDownLatch other = new CountDownLatch(1);
    Handler handler =
        connection -> {
          if (connection.read(new byte[1]) > 0 && other.getCount() > 0) {
            try (Instructions.Blocking _ = connection.instructions().orElseThrow().blocking()) {
              other.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          connection.write("done\n".getBytes(ISO_8859_1));
        };
    TcpServer server = start(handler);
    Client blocked = connect(server).send("x");
    await().until(() -> state("conn-1") == Thread.State.WAITING);

    assertThat(connect(server).halfClose().line()).isEqualTo("done");
    other.countDown();
    assertThat(blocked.line()).isEqualTo("done");
  }

  @Test
  void marksAreForItsOwnConnections() throws Exception {
    Handler handler =
        connection ->
            connection.write(
                Boolean.toString(connection.instructions().isPresent()).getBytes(ISO_8859_1));

    assertThat(connect(start(handler)).rest()).isEqualTo("true");
    try (TcpServer threads = TcpServer.builder(handler).model(Model.parse("threads")).start();
        Client client = new Client(threads)) {
      assertThat(client.rest()).isEqualTo("false");
    }
  }

  private static Thread.State state(String threadName) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(threadName))
        .map(Thread::getState)
        .findFirst()
        .orElse(Thread.State.TERMINATED);
  }

  /** Answers each chunk; before that computes until it is enough, if that is asked for. */
  private Handler computingWhenAsked() {
    return connection -> {
      Instructions marks = connection.instructions().orElseThrow();
      byte[] request = new byte[100];
      for (int n; (n = connection.read(request)) > 0; ) {
        String asked = new String(request, 0, n, ISO_8859_1);
        while (!asked.equals("x") && !enough.get()) {
          if (asked.equals("compute")) {
            marks.next();
          }
        }
        connection.write("done\n".getBytes(ISO_8859_1));
      }
    };
  }
}
