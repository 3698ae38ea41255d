// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import java.io.IOException;

final class TimerAlarmsTest extends AlarmsContract {
  @Override
  Alarms alarms(int loops) throws IOException {
    return new TimerAlarms(loops);
  }
}
