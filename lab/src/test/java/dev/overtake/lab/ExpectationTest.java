// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.overtake.load.AnswerEnd;
import dev.overtake.load.Interference;
import dev.overtake.load.Message;
import dev.overtake.load.Service;
import dev.overtake.load.Target;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpectationTest {
  private static final Interference.Options LOAD =
      Interference.Options.defaults(
          new Service(
              new Target("127.0.0.1", 1),
              InetAddress.getLoopbackAddress(),
              AnswerEnd.with(new byte[] {'\n'}),
              null),
          Message.bytes(new byte[] {1}),
          Message.bytes(new byte[] {2}));

  /** Calm: 1000 of 1 ms. Beside 1: 900 of them, of 2 ms. Beside 2: 500, up to 100 ms. */
  private static ProbeFigures figures() {
    ProbeOptions options = new ProbeOptions(LOAD, "1", "2", List.of(), "./overtake probe", null);
    return ProbeFigures.of(
        Measured.run(
            List.of(
                Measured.level(0, Measured.between(1, 1.001, 1_000), Measured.longRun(), null),
                Measured.level(1, Measured.between(2, 2.001, 900), Measured.longRun(300), 0.5),
                Measured.level(2, Measured.between(3, 100, 500), Measured.longRun(300), null))),
        options);
  }

  private static Expectation.Judged judge(String expectation) {
    return Expectation.parse(expectation).judge(figures());
  }

  @Test
  void whatMustHoldEverywhereIsJudgedWhereItIsWorst() {
    assertThat(judge("retention>=0.5").met()).isTrue();
    assertThat(judge("retention>=0.6"))
        .isEqualTo(
            new Expectation.Judged(
                "retention>=0.6", false, "retention 50 % beside 2 long requests"));
    assertThat(judge("closed-retention >= 90%").found()).contains("beside 2");
    assertThat(judge("max<1s").met()).isTrue();
    assertThat(judge("p50<10ms").met()).isFalse();
  }

  @Test
  void oneNumberOfLongRequestsCanBeNamed() {
    assertThat(judge("retention@1>=0.9").met()).isTrue();
    assertThat(judge("p50@0<1500us").met()).isTrue();
    assertThat(judge("rate@1>=0.98*target").met()).isTrue();
    assertThat(judge("rate@2>=501/s").met()).isFalse();
  }

  @Test
  void recoveryThatDidNotComeIsMissedWhateverTheLimit() {
    assertThat(judge("recovery@1<=0.5s").met()).isTrue();
    assertThat(judge("recovery<100s"))
        .isEqualTo(
            new Expectation.Judged(
                "recovery<100s", false, "recovery never beside 2 long requests"));
  }

  @Test
  void aPercentileWithTooFewSamplesIsJudgedByTheLargest() {
    assertThat(judge("p99@2<99.5ms").met()).isFalse();
    assertThat(judge("p99@2<101ms").met()).isTrue();
  }

  @Test
  void whatIsNoExpectationIsRefusedWithTheChoices() {
    for (String text : List.of("", "p99", "p98<1ms", "p99<1", "retention>1ms", "p99=1ms", "<1ms")) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> Expectation.parse(text))
          .withMessageContaining("'" + text + "'");
    }
  }

  @Test
  void whatARunCannotTellIsRefusedBeforeIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expectation.parse("p99@3<1ms").checkAgainst(LOAD))
        .withMessageContaining("--levels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expectation.parse("p99.9<1ms").checkAgainst(LOAD))
        .withMessageContaining("needs 10000 requests")
        .withMessageContaining("give 1250");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expectation.parse("retention@0>=1").checkAgainst(LOAD));
    Expectation.parse("p99<1ms").checkAgainst(LOAD);
  }
}
