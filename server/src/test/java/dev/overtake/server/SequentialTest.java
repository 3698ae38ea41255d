// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

final class SequentialTest extends BoundedServerContract {
  @Override
  Model model() {
    return Model.parse("sequential");
  }

  @Override
  int clientsAtOnce() {
    return 1;
  }
}
