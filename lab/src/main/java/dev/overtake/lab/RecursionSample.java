// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/**
 * A program of its own: calls itself until the stack is full and prints how deep it came. Needs
 * nothing but the JDK.
 *
 * <p>Arguments: {@code virtual}, or a platform thread's stack size in bytes; then how often. Prints
 * the depth of each time: as the JIT compiler gets to it, frames become smaller.
 */
final class RecursionSample {
  private static long depth; // of the one thread that recurses

  private RecursionSample() {}

  public static void main(String[] arguments) throws InterruptedException {
    int times = Integer.parseInt(arguments[1]);
    Runnable recursions =
        () -> {
          for (int i = 0; i < times; i++) {
            System.out.println(untilFull());
          }
        };
    Thread thread =
        arguments[0].equals("virtual")
            ? Thread.ofVirtual().unstarted(recursions)
            : Thread.ofPlatform().stackSize(Long.parseLong(arguments[0])).unstarted(recursions);
    thread.start();
    thread.join();
  }

  private static long untilFull() {
    depth = 0;
    try {
      deeper();
    } catch (StackOverflowError full) {
      return depth;
    }
    throw new IllegalStateException("the stack has no end");
  }

  @SuppressWarnings("InfiniteRecursion") // its end is what is looked for
  private static void deeper() {
    depth++;
    deeper();
  }
}
