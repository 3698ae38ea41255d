// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A connection seen as a stream to read from; belongs to the thread that reads. */
final class ConnectionInput extends InputStream {
  private final Connection connection;

  ConnectionInput(Connection connection) {
    this.connection = connection;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return connection.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    // A stream answers 0 to a read of nothing; a connection would wait.
    return length == 0 ? 0 : connection.read(buffer, offset, length);
  }

  @Override
  public void close() {
    connection.close();
  }
}
