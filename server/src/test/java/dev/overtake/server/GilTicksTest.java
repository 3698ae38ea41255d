// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

final class GilTicksTest extends GilTest {
  @Override
  Model model() {
    return Model.parse("gil:ticks");
  }
}
