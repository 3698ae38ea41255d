// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/**
 * The program of {@link KeepAwake}'s processes: keeps its core from falling asleep, and takes
 * nothing from anybody. It gives its turn away all the time, so beside a thread that is as low as
 * itself it hardly runs.
 */
final class Spinner {
  private static final int YIELDS_BETWEEN_LOOKS = 100_000;

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
      for (int i = 0; i < YIELDS_BETWEEN_LOOKS; i++) {
        Thread.yield();
      }
    }
  }
}
