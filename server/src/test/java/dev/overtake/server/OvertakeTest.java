// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class OvertakeTest extends ServerContract {
  @Override
  Model model() {
    return Model.parse("overtake");
  }

  @Test
  void connectionsWaitInThePollerOfTheLoops() throws Exception {
    try (Model model = model();
        Listener listener =
            model.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1)) {
      assertThat(listener).isNotInstanceOf(SocketListener.class);
    }
  }
}
