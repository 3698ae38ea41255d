// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overtake.cluster.Letter.Hello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LetterTest {
  @Test
  void lettersComeOutOfAMessageAsTheyWentIn() throws Exception {
    ByteBuffer message =
        ByteBuffer.wrap(
            Letter.join(
                List.of(
                    new Letter(Letter.CALL, 7, new byte[] {1, 2, 3}),
                    new Letter(Letter.GIVEN_BACK, Long.MAX_VALUE))));

    Letter call = Letter.next(message);
    assertThat(call.kind()).isEqualTo(Letter.CALL);
    assertThat(call.number()).isEqualTo(7);
    assertThat(call.body()).containsExactly(1, 2, 3);
    Letter back = Letter.next(message);
    assertThat(back.kind()).isEqualTo(Letter.GIVEN_BACK);
    assertThat(back.number()).isEqualTo(Long.MAX_VALUE);
    assertThat(back.body()).isEmpty();
    assertThat(message.hasRemaining()).isFalse();
  }

  @Test
  void aMessageThatEndsTooEarlyOrLiesAboutLengthsIsRefused() {
    byte[] whole = Letter.join(List.of(new Letter(Letter.CALL, 7, new byte[] {1, 2, 3})));
    for (int length = 1; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice();
      assertThatThrownBy(() -> Letter.next(cut)).isInstanceOf(IOException.class);
    }
    ByteBuffer lie = ByteBuffer.wrap(whole);
    lie.putInt(Letter.HEADER_BYTES - Integer.BYTES, -1);
    assertThatThrownBy(() -> Letter.next(lie)).isInstanceOf(IOException.class);
  }

  @Test
  void aHelloOfAnotherProtocolIsReadAsFarAsItsFormIsCertain() throws Exception {
    Hello ours = new Hello(Hello.PROTOCOL, "1.0", "worker", 8, true);
    Hello theirs = new Hello(Hello.PROTOCOL + 1, "2.0", "worker", 8, true);

    assertThat(Hello.read(ours.letter())).isEqualTo(ours);
    assertThat(Hello.read(theirs.letter()))
        .isEqualTo(new Hello(Hello.PROTOCOL + 1, "2.0", "worker", 0, false));
  }
}
