// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;

/**
 * No request could be found that lasts as long as asked: the server answers nonsense, or not at
 * all, or its answers take no longer for a larger number. The message says which, in one line.
 */
public final class CalibrationException extends IOException {
  private static final long serialVersionUID = 1;

  CalibrationException(Target target, String whatAndWhatNow) {
    super(target + ": " + whatAndWhatNow);
  }
}
