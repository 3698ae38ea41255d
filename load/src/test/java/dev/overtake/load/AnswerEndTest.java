// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AnswerEndTest {
  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static AnswerEnd with(String end) {
    return AnswerEnd.with(end.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void anEndThatComesInPiecesIsFound() {
    AnswerEnd.Watch watch = with("\r\n.\r\n").watch();

    assertThat(watch.ended(bytes("a\r\n."))).isZero();
    assertThat(watch.within()).isTrue();
    assertThat(watch.ended(bytes("\r"))).isZero();
    assertThat(watch.ended(bytes("\n"))).isEqualTo(1);
    assertThat(watch.within()).isFalse();
  }

  @Test
  void anEndThatBeginsTwiceIsFound() {
    assertThat(with("aab").watch().ended(bytes("aaaab"))).isEqualTo(1);
  }

  @Test
  void twoAnswersAtOnceAreTwo() {
    assertThat(with("\n").watch().ended(bytes("1\n2\n3\n"))).isEqualTo(2);
    assertThat(AnswerEnd.after(2).watch().ended(bytes("123"))).isEqualTo(2);
  }

  @Test
  void aFixedLengthIsCountedOverPieces() {
    AnswerEnd.Watch watch = AnswerEnd.after(4).watch();

    assertThat(watch.ended(bytes("123"))).isZero();
    assertThat(watch.within()).isTrue();
    assertThat(watch.ended(bytes("4"))).isEqualTo(1);
    assertThat(watch.ended(bytes("1234"))).isEqualTo(1);
  }

  @Test
  void endsOutOfRangeAreRefusedWithTheirValue() {
    assertThatIllegalArgumentException().isThrownBy(() -> with("")).withMessageContaining("=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerEnd.after(0))
        .withMessageContaining("=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerEnd.whenQuietFor(Duration.ofHours(1)))
        .withMessageContaining("3600 s");
  }
}
