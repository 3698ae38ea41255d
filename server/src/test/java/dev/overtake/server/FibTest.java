// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

final class FibTest {
  @Test
  void isExact() {
    for (int n = 1; n <= 25; n++) {
      assertThat(BigInteger.valueOf(Fib.fib(n))).isEqualTo(exact(n));
      assertThat(Fib.fib(n, () -> {})).isEqualTo(Fib.fib(n));
    }
  }

  @Test
  void endsWhereALongEnds() {
    BigInteger limit = BigInteger.valueOf(Long.MAX_VALUE);

    assertThat(exact(Fib.LARGEST)).isLessThanOrEqualTo(limit);
    assertThat(exact(Fib.LARGEST + 1)).isGreaterThan(limit);
  }

  private static BigInteger exact(int n) {
    BigInteger previous = BigInteger.ZERO;
    BigInteger current = BigInteger.ONE;
    for (int i = 1; i < n; i++) {
      BigInteger next = previous.add(current);
      previous = current;
      current = next;
    }
    return current;
  }
}
