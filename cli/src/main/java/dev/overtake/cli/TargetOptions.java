// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.load.Target;
import picocli.CommandLine.Option;

/** Which server a client asks. */
final class TargetOptions {
  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "The server's name or address (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "25000",
      description = "The server's port (default: ${DEFAULT-VALUE}).")
  private int port;

  Target target() {
    return CommandFailure.misusedUnless(() -> new Target(host, port));
  }
}
