// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

/** How tasks and failures are called in messages: one line each. */
final class Descriptions {
  private static final int LONGEST = 400;

  private Descriptions() {}

  static String of(Task<?> task) {
    return "task %s(%d)".formatted(task.kind(), task.hint());
  }

  static String expired(Task<?> task, String state) {
    return "%s: deadline of %s passed while it was %s".formatted(of(task), task.deadline(), state);
  }

  /** Class and message of a failure, without line breaks. */
  static String oneLine(Throwable failure) {
    return oneLine(failure.toString());
  }

  static String oneLine(String text) {
    String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
