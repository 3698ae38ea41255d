// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

final class VirtualTest extends ServerContract {
  @Override
  Model model() {
    return Model.parse("virtual");
  }
}
