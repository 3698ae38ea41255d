// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

final class ThreadsTest extends ServerContract {
  @Override
  Model model() {
    return Model.parse("threads");
  }
}
