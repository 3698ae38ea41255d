// SPDX-License-Identifier: Apache-2.0
package dev.overtake.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.overtake.server.Connection;
import dev.overtake.server.Handler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Locale;

/**
 * A handler of your own, to be served by name: {@code overtake serve dev.overtake.examples.Shout
 * --class-path examples/target/classes}.
 */
public final class Shout implements Handler {
  /** The server makes one object for all connections. */
  public Shout() {}

  @Override
  public void handle(Connection connection) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(connection.input(), UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      connection.write((line.toUpperCase(Locale.ROOT) + "!\n").getBytes(UTF_8));
    }
  }
}
