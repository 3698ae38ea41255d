// SPDX-License-Identifier: Apache-2.0
package dev.overtake.lab;

import dev.overtake.load.IdleFleet;
import dev.overtake.load.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Holds connections in a process of its own, for one process may not open enough of them: opens
 * them, says how many there are, and holds them until its standard input ends.
 */
final class FleetProgram {
  private FleetProgram() {}

  /** Takes host, port, number of connections, connects per second, and where to come from. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Target target = new Target(args[0], Integer.parseInt(args[1]));
    IdleFleet.Options options =
        new IdleFleet.Options(
            target,
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            new InetSocketAddress(InetAddress.ofLiteral(args[4]), Integer.parseInt(args[5])));
    try (IdleFleet fleet = IdleFleet.open(options)) {
      System.out.println("holding " + fleet.opening().connected());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
