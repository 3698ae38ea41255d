// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.server.Handler;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WorkHandlerTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  @Test
  void answersWithWhatTheStepsLeadTo() throws Exception {
    assertThat(answers(new WorkHandler(), 1, 1_000, 1))
        .containsExactly(Work.of(1), Work.of(1_000), Work.of(1));
  }

  @Test
  void numberIsTheMeanOfExponentialWork() throws Exception {
    double[] lengths = Work.exponential();

    assertThat(answers(new ExponentialWorkHandler(), 10_000, 10_000, 500))
        .containsExactly(
            Work.of(Math.round(10_000 * lengths[0])),
            Work.of(Math.round(10_000 * lengths[1])),
            Work.of(Math.round(500 * lengths[2])));
  }

  @Test
  void exponentialWorkBeginsAnewAfterTheLastLength() throws Exception {
    long[] asked = new long[Work.exponential().length + 1];
    Arrays.fill(asked, 100);

    List<Long> answers = answers(new ExponentialWorkHandler(), asked);

    assertThat(answers.getLast()).isEqualTo(answers.getFirst());
  }

  private static List<Long> answers(Handler handler, long... asked) throws Exception {
    List<Long> answers = new ArrayList<>();
    try (TcpServer server =
            TcpServer.builder(handler).model(Model.parse("threads")).port(0).start();
        Client client = new Client(server.address())) {
      for (long steps : LongStream.of(asked).boxed().toList()) {
        client.ask(steps);
        assertThat(client.awaitAnswer(AMPLE)).isPresent();
        answers.add(Long.valueOf(client.answer()));
      }
    }
    return answers;
  }
}
