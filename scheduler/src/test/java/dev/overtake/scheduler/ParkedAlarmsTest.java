// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

final class ParkedAlarmsTest extends AlarmsContract {
  @Override
  Alarms alarms(int loops) {
    return new Alarms.Parked(loops);
  }
}
