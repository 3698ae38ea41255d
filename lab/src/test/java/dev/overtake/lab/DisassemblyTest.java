// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.server.Handler;
import org.junit.jupiter.api.Test;

class DisassemblyTest {
  @Test
  void bytecodeCanStopAtBackEdgesReturnsAndInCallees() throws Exception {
    Disassembly code = Disassembly.ofJava(Handler.class, "Countdown", "answer");

    assertThat(code.lines())
        .filteredOn(Disassembly.Line::jumpsBack)
        .isNotEmpty()
        .allMatch(line -> line.mark().equals("can stop: back edge"));
    assertThat(code.lines().getLast().text()).endsWith("return");
    assertThat(code.lines().getLast().mark()).isEqualTo("can stop: return");
    assertThat(code.lines()).anyMatch(line -> line.text().endsWith("invokestatic Countdown.line"));
    assertThat(code.everyLoopCanStop()).isTrue();
    assertThat(code.stops()).isBetween(3, code.lines().size() - 1);
  }

  @Test
  void cpythonsInstructionsAreReadAsItPrintsThem() {
    String printed =
        """
        version 3.11.7
        function fib
        0 RESUME\s
        2 LOAD_FAST n
        function countdown
        0 RESUME\s
        24 CALL\s
        56 POP_JUMP_BACKWARD_IF_TRUE to 14
        64 RETURN_VALUE\s
        """;
    Disassembly code = Disassembly.ofCpython(printed, "countdown").orElseThrow();

    assertThat(code.machine()).isEqualTo("CPython 3.11.7");
    assertThat(code.lines())
        .extracting(Disassembly.Line::text)
        .containsExactly(
            "   0  RESUME",
            "  24  CALL",
            "  56  POP_JUMP_BACKWARD_IF_TRUE to 14",
            "  64  RETURN_VALUE");
    assertThat(code.stops()).isEqualTo(3);
    assertThat(code.everyLoopCanStop()).isTrue();
    assertThat(Disassembly.ofCpython("", "countdown")).isEmpty();
    assertThat(Disassembly.ofCpython(printed, "echo")).isEmpty();
  }

  @Test
  void aLoopThatLooksAtNothingIsSeen() {
    String printed = "version 3.14.0\nfunction fib\n0 RESUME \n8 JUMP_BACKWARD_NO_INTERRUPT to 2";

    assertThat(Disassembly.ofCpython(printed, "fib").orElseThrow().everyLoopCanStop()).isFalse();
  }
}
