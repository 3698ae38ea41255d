// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overtake.compute.RoomAgainstSleep;
import dev.overtake.compute.WriteAgainstSleep;
import dev.overtake.server.ForcedSwitch;
import dev.overtake.server.OneExecutes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The protocols hold, and each of their weakened twins, one step removed, is caught by the same
 * test of the same strength: a test that cannot see the bug proves nothing.
 */
class ProtocolsTest {
  private static final long PROTOCOL_NANOS = 600_000_000L;
  private static final long TWIN_NANOS = 60_000_000_000L; // it ends with the first that is caught

  private static final List<Class<?>> CLAIMS =
      List.of(
          CloseAgainstUse.class,
          EndOfSlice.class,
          EnqueueAgainstHandoff.class,
          EnqueueAgainstSleep.class,
          ForcedSwitch.class,
          JudgedSlice.class,
          LookAgainstBegin.class,
          OneExecutes.class,
          ReadinessAgainstPark.class,
          RoomAgainstSleep.class,
          SuspectAgainstFreedPlace.class,
          WriteAgainstSleep.class);

  static Stream<Class<?>> protocols() {
    return named("Protocol");
  }

  static Stream<Class<?>> twins() {
    return named("Twin");
  }

  private static Stream<Class<?>> named(String prefix) {
    return CLAIMS.stream()
        .flatMap(claim -> Stream.of(claim.getDeclaredClasses()))
        .filter(test -> test.getSimpleName().startsWith(prefix));
  }

  @ParameterizedTest
  @MethodSource("protocols")
  void showsNothingForbidden(Class<?> protocol) throws Exception {
    Hammer hammer = new Hammer(protocol);
    assertThat(hammer.forbidden(PROTOCOL_NANOS)).as(hammer.outcomes()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("twins")
  void isCaught(Class<?> twin) throws Exception {
    Hammer hammer = new Hammer(twin);
    assertThat(hammer.forbidden(TWIN_NANOS)).as(hammer.outcomes()).isNotEmpty();
  }

  @Test
  void everyClaimHasAProtocolAndATwin() {
    for (Class<?> claim : CLAIMS) {
      assertThat(protocols()).anyMatch(protocol -> protocol.getEnclosingClass() == claim);
      assertThat(twins()).anyMatch(twin -> twin.getEnclosingClass() == claim);
    }
  }
}
