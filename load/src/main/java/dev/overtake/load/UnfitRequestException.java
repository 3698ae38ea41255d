// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;

/**
 * The target is there, and the short request gets no good answer from it even while nothing else is
 * going on. The message says who, what and what to do, in one line.
 */
public final class UnfitRequestException extends IOException {
  private static final long serialVersionUID = 1;

  UnfitRequestException(Target target, String whatAndWhatNow) {
    super(target + ": " + whatAndWhatNow);
  }
}
