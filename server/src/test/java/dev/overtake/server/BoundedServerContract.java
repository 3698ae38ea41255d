// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a model with so many places and no more owes in addition. */
abstract class BoundedServerContract extends ServerContract {
  @Override
  abstract int clientsAtOnce();

  @Test
  void leavesTheNextClientInTheBacklogWhileAllPlacesAreTaken() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    List<Client> served = new ArrayList<>();
    for (int i = 0; i < clientsAtOnce(); i++) {
      served.add(connect(server).send("10\n"));
      assertThat(served.get(i).line()).isEqualTo("55");
    }
    Client waiting = connect(server).send("20\n");
    for (Client client : served) {
      assertThat(client.send("15\n").line()).isEqualTo("610");
    }
    assertThat(server.connections()).isEqualTo(clientsAtOnce());

    served.getFirst().close();

    assertThat(waiting.line()).isEqualTo("6765");
  }

  @Test
  void closesWhileAClientWaitsInTheBacklog() throws Exception {
    TcpServer server = start(Handlers.named("fib"));
    for (int i = 0; i < clientsAtOnce(); i++) {
      assertThat(connect(server).send("10\n").line()).isEqualTo("55");
    }
    Client waiting = connect(server).send("20\n");

    server.stop();

    waiting.awaitGone();
    await().until(() -> server.connections() == 0);
  }
}
