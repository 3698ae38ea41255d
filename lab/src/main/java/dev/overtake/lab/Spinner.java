// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/**
 * The program of {@link KeepAwake}'s processes: keeps its core from falling asleep, and takes
 * nothing from anybody. It gives its turns away early, so beside a thread that is as low as itself
 * it hardly runs.
 */
final class Spinner {
  // To yield without a pause would keep the kernel's run queue busy, and slow those it wakes.
  private static final long TURN_NANOS = 50_000;
  private static final int TURNS_BETWEEN_LOOKS = 2_000;

  private Spinner() {}

  /**
   * Spins until its parent has gone.
   *
   * @param args the parent's process number
   */
  @SuppressWarnings("ThreadPriorityCheck") // to give its turn away is its purpose
  public static void main(String[] args) {
    ProcessHandle parent = ProcessHandle.of(Long.parseLong(args[0])).orElse(null);
    while (parent != null && parent.isAlive()) {
      for (int i = 0; i < TURNS_BETWEEN_LOOKS; i++) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TURN_NANOS) {
          Thread.onSpinWait();
        }
        Thread.yield();
      }
    }
  }
}
