// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

/** A server under test that did not come up, or died: its row says why and the run goes on. */
public final class ServerFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String why;

  ServerFailure(String why) {
    super(why);
    this.why = why;
  }

  /** The message, which there always is. */
  String why() {
    return why;
  }

  /** Why this happened, in the words of whoever knows best. */
  static String reason(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
