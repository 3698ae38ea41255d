// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.time.Duration;

/**
 * Not one connection to the target could be opened, so there is nothing to measure. The message
 * says who, what and what to do, in one line.
 */
public final class TargetUnreachableException extends IOException {
  private static final long serialVersionUID = 1;

  private TargetUnreachableException(Target target, String whatAndWhatNow) {
    super(target + ": cannot connect, " + whatAndWhatNow);
  }

  static TargetUnreachableException unknownHost(Target target) {
    return new TargetUnreachableException(target, "host unknown; check its name");
  }

  static TargetUnreachableException refused(Target target) {
    return new TargetUnreachableException(
        target, "connection refused; check that the server runs and that this is its port");
  }

  static TargetUnreachableException silent(Target target, Duration patience) {
    return new TargetUnreachableException(
        target,
        "no answer within %s s; check host, port and firewall, or whether the server is too busy"
            .formatted(Check.seconds(patience)));
  }

  static TargetUnreachableException because(Target target, String reason) {
    return new TargetUnreachableException(target, reason + "; check host and port");
  }
}
