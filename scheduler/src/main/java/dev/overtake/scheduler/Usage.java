// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

/**
 * How much of a processor a running slice has had, as far as that can be known without a system
 * call at its beginning.
 *
 * <p>Known is what its carrier has used since a mark, which was set with the loop's alarm, at most
 * a quantum before the slice. The share of the processor that the carrier has had since then is
 * taken for the slice's, which gives an estimate. After a pause of the machine that would charge
 * the slice with what others used before it, so some of it must be certain as well: what the
 * carrier has used since the mark, less the time that went by before the slice.
 *
 * @param observedNanos how long ago the mark was set
 * @param usedNanos what the carrier has used since
 * @param estimateNanos what the slice has probably used
 * @param certainNanos what it has used at least; may be negative
 */
record Usage(long observedNanos, long usedNanos, long estimateNanos, long certainNanos) {
  private static final double NEARLY_ALL = 0.9;

  /**
   * Works it out.
   *
   * @param ageNanos how long ago the slice began
   * @param observedNanos how long ago the mark was set
   * @param cpuNanos what the carrier has used since; negative if it is not known, and the wall
   *     clock has to do
   * @param pauseNanos how long the machine has stood still since, as far as that was noticed:
   *     nobody had that time, but not every system tells a pause from CPU time
   */
  static Usage of(long ageNanos, long observedNanos, long cpuNanos, long pauseNanos) {
    long used = Math.min(cpuNanos < 0 ? observedNanos : cpuNanos, observedNanos - pauseNanos);
    long estimate = (long) ((double) ageNanos * used / Math.max(1, observedNanos));
    long certain = used - Math.max(0, observedNanos - ageNanos);
    return new Usage(observedNanos, used, estimate, certain);
  }

  /**
   * How much more it has to use before it has computed past a quantum: three quarters of one by the
   * estimate, of which one is certain. Not positive if it has.
   */
  long missingNanos(long quantumNanos) {
    return Math.max(quantumNanos * 3 / 4 - estimateNanos, quantumNanos / 4 - certainNanos);
  }

  /**
   * Whether the carrier may be waiting in the kernel; where it was busy nearly all the time it is
   * not.
   */
  boolean leavesTimeToWait() {
    return usedNanos < NEARLY_ALL * observedNanos;
  }
}
