// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

final class PoolTest extends BoundedServerContract {
  @Override
  Model model() {
    return Model.parse("pool:4");
  }

  @Override
  int clientsAtOnce() {
    return 4;
  }
}
