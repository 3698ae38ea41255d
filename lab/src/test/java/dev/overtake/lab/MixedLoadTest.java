// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MixedLoadTest {
  private static final Duration BRIEF = Duration.ofMillis(400);
  private static final Duration AMPLE = Duration.ofSeconds(60);
  private static final double STEPS_PER_MILLI = 100_000;

  private final ChildProcesses children = new ChildProcesses();

  @AfterEach
  void endChildren() {
    children.close();
    assertThat(children.living()).isZero();
  }

  @Test
  void offersAShareOfTheCapacityAndMoreThanAll() throws Exception {
    try (ServerProcess server = start(WorkHandler.class.getName())) {
      MixedLoad load = new MixedLoad(server, Mix.TPCC, STEPS_PER_MILLI, 1);
      load.warmUp(BRIEF);

      MixPoint point = load.at(0.3, BRIEF);
      MixPoint alone = load.alone(0.3, BRIEF);
      MixCurve.Overload overload =
          MixCurve.Overload.of(
              1.2, List.of(load.overload(BRIEF), load.overload(BRIEF), load.overload(BRIEF)));

      assertThat(point.plannedPerSecond()).isBetween(157.0, 158.0);
      assertThat(point.kinds())
          .extracting(MixPoint.KindFigures::name)
          .containsExactly("Payment", "OrderStatus", "NewOrder", "Delivery", "StockLevel");
      assertThat(point.kinds().stream().mapToLong(MixPoint.KindFigures::planned).sum())
          .isPositive();
      assertThat(point.failures()).isZero();
      assertThat(alone.plannedPerSecond()).isBetween(69.0, 70.0);
      assertThat(alone.kinds()).extracting(MixPoint.KindFigures::name).containsExactly("Payment");
      assertThat(overload.plannedPerSecond()).isBetween(629.0, 630.0);
      assertThat(overload.turnsPerSecond()).isSorted().hasSize(3);
      assertThat(overload.answeredPerSecond())
          .isPositive()
          .isEqualTo(overload.turnsPerSecond().get(1));
    }
  }

  @Test
  void calibrationTakesTheTripOff() throws Exception {
    try (ServerProcess server = start(WorkHandler.class.getName())) {
      WorkCalibration calibration = WorkCalibration.on(server.address(), List.of(0.05, 1.0));

      assertThat(calibration.stepsPerMilli()).isPositive();
      assertThat(calibration.alone())
          .extracting(WorkCalibration.Alone::millis)
          .containsExactly(0.05, 1.0);
      assertThat(calibration.alone()).allMatch(alone -> alone.measuredMillis() > 0);
    }
  }

  @Test
  void serverThatEndsBetweenTwoLoadsIsAFinding() throws Exception {
    ServerProcess ended;
    try (ServerProcess server = start(WorkHandler.class.getName())) {
      ended = server;
    }
    MixedLoad load = new MixedLoad(ended, Mix.FIXED, STEPS_PER_MILLI, 1);

    assertThatExceptionOfType(ServerFailure.class)
        .isThrownBy(() -> load.at(0.5, BRIEF))
        .withMessage("it ended between two loads");
  }

  private ServerProcess start(String handler) throws Exception {
    return ServerProcess.start(children, List.of(), TinyServer.command(handler), AMPLE);
  }
}
