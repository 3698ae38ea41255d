// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapesTest {
  @Test
  void escapesBecomeTheirBytesAndTheRestStands() {
    assertThat(Escapes.bytes("1\\n")).containsExactly('1', '\n');
    assertThat(Escapes.bytes("PING\\r\\n")).isEqualTo("PING\r\n".getBytes(StandardCharsets.UTF_8));
    assertThat(Escapes.bytes("\\x00\\xfF\\0\\t\\\\")).containsExactly(0, 0xff, 0, '\t', '\\');
    assertThat(Escapes.bytes("ü")).containsExactly(0xc3, 0xbc);
    assertThat(Escapes.bytes("a\nb")).isEqualTo("a\nb".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void unknownEscapesAreRefusedWithTheChoices() {
    for (String text : new String[] {"\\q", "\\x4", "\\xzz", "end\\"}) {
      assertThatIllegalArgumentException()
          .as(text)
          .isThrownBy(() -> Escapes.bytes(text))
          .withMessageContaining("\\xHH");
    }
  }
}
