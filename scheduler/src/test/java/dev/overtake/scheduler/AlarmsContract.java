// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the watchdog relies on, whatever its alarms are made of. */
abstract class AlarmsContract {
  private static final int LOOPS = 3;
  private static final long SOON = 1_000_000;
  private static final long HOURS = 10_000_000_000_000L;

  private Alarms alarms;

  abstract Alarms alarms(int loops) throws IOException;

  @BeforeEach
  void open() throws IOException {
    alarms = alarms(LOOPS);
  }

  @AfterEach
  void close() {
    alarms.close();
  }

  /** Waits as a watchdog does that has nothing else to do: by trying again. */
  private void awaitAlarmOf(int loop) {
    while (!alarms.wentOff(loop)) {
      alarms.await(Long.MAX_VALUE);
    }
  }

  @Test
  void anAlarmGoesOffOnceAndForItsLoopAlone() {
    alarms.set(1, SOON);
    awaitAlarmOf(1);
    assertThat(alarms.wentOff(1)).isFalse();
    assertThat(alarms.wentOff(0)).isFalse();
    assertThat(alarms.wentOff(2)).isFalse();
  }

  @Test
  void anAlarmThatIsPutOffDoesNotGoOff() {
    alarms.set(0, SOON);
    alarms.set(0, HOURS);
    alarms.set(1, 20 * SOON);
    awaitAlarmOf(1);
    assertThat(alarms.wentOff(0)).isFalse();
  }

  @Test
  void anAlarmThatHasGoneOffUnseenIsForgottenWhenPutOff() {
    alarms.set(0, 1);
    alarms.set(1, SOON);
    awaitAlarmOf(1); // so the other one is over
    alarms.set(0, HOURS);
    assertThat(alarms.wentOff(0)).isFalse();
  }

  @Test
  void theEarliestOfAllAlarmsEndsTheWait() {
    alarms.set(0, HOURS);
    alarms.set(2, SOON);
    awaitAlarmOf(2);
    assertThat(alarms.wentOff(0)).isFalse();
  }

  @Test
  void anAlarmSetMeanwhileEndsALongerWait() {
    alarms.set(0, HOURS);
    Thread setting = whileWaiting(() -> alarms.set(2, SOON));
    awaitAlarmOf(2);
    Eventually.ended(setting);
  }

  /** Runs something once this thread waits, or is just about to. */
  private static Thread whileWaiting(Runnable action) {
    Thread waiting = Thread.currentThread();
    return Thread.ofPlatform()
        .start(() -> {
          Thread.State state = waiting.getState();
          StackTraceElement[] stack = waiting.getStackTrace();
          while (state == Thread.State.RUNNABLE && !waitsNatively(stack)) {
            Thread.onSpinWait();
            state = waiting.getState();
            stack = waiting.getStackTrace();
          }
          action.run();
        });
  }

  private static boolean waitsNatively(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getMethodName().equals("poll")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theWaitEndsWithItsTime() {
    alarms.await(SOON);
    alarms.await(0);
    alarms.await(-1);
    for (int loop = 0; loop < LOOPS; loop++) {
      assertThat(alarms.wentOff(loop)).isFalse();
    }
  }

  @Test
  void aRingEndsTheWaitThatComesNext() {
    alarms.ring();
    alarms.await(Long.MAX_VALUE);
  }

  @Test
  void aRingEndsTheWaitUnderWay() {
    AtomicBoolean rung = new AtomicBoolean();
    Thread ringing =
        whileWaiting(() -> {
          rung.set(true);
          alarms.ring();
        });
    while (!rung.get()) {
      alarms.await(Long.MAX_VALUE);
    }
    Eventually.ended(ringing);
  }

  @Test
  void afterCloseNothingHappensAndNobodyWaitsForEver() {
    alarms.close();
    alarms.close();
    alarms.set(0, SOON);
    alarms.ring();
    alarms.await(Long.MAX_VALUE);
  }
}
