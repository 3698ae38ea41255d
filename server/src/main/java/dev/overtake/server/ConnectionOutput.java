// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.io.OutputStream;

/** A connection seen as a stream to write to; belongs to the thread that writes. */
final class ConnectionOutput extends OutputStream {
  private final Connection connection;

  ConnectionOutput(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void write(int b) throws IOException {
    connection.write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    connection.write(bytes, offset, length);
  }

  @Override
  public void close() {
    connection.close();
  }
}
