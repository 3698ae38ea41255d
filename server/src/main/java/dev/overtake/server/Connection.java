// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * One TCP connection in blocking style, whatever model it is served under.
 *
 * <p>One thread at a time may read and one may write; {@link #shutdownInput()} and {@link #close()}
 * may be called by any thread at any time. Interrupting a blocked reader or writer is not a way to
 * stop it under every model: close the connection instead.
 */
public interface Connection extends Closeable {
  /**
   * Reads what there is, waiting until there is something.
   *
   * @param buffer where the bytes go
   * @param offset where in the buffer they begin
   * @param length how many at most, at least 1
   * @return how many bytes were read, or -1 when the peer has sent its last or the server is
   *     stopping
   * @throws ConnectionLostException if the connection is reset, or closed by another thread;
   *     nothing was read
   * @throws IOException as above; implementations throw no other
   */
  int read(byte[] buffer, int offset, int length) throws IOException;

  /**
   * Reads what there is, waiting until there is something.
   *
   * @param buffer where the bytes go, from index 0
   * @return how many bytes were read, or -1 when the peer has sent its last or the server is
   *     stopping
   * @throws IOException as {@link #read(byte[], int, int)}
   */
  default int read(byte[] buffer) throws IOException {
    return read(buffer, 0, buffer.length);
  }

  /**
   * Writes all the bytes, waiting while the peer is slow to take them.
   *
   * @param bytes where the bytes are
   * @param offset where in the array they begin
   * @param length how many
   * @throws ConnectionLostException if the connection is reset, or closed by another thread; how
   *     many bytes have left is then unknown
   * @throws IOException as above; implementations throw no other
   */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Writes all the bytes, waiting while the peer is slow to take them.
   *
   * @param bytes what to write
   * @throws IOException as {@link #write(byte[], int, int)}
   */
  default void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  /**
   * Returns this connection's bytes as a stream. Closing the stream closes the connection.
   *
   * @return an unbuffered view, as thread-safe as the connection
   */
  default InputStream input() {
    return new ConnectionInput(this);
  }

  /**
   * Returns this connection as a stream to write to. Closing the stream closes the connection.
   *
   * @return an unbuffered view, as thread-safe as the connection
   */
  default OutputStream output() {
    return new ConnectionOutput(this);
  }

  /**
   * Returns who is at the other end.
   *
   * @return the address as it was when the connection was accepted
   */
  InetSocketAddress remoteAddress();

  /**
   * Tells where to mark the ends of instructions, if the model lets threads change place between
   * those only. Most models have no use for marks, and a handler need not give them.
   *
   * @return the marks of the thread that serves this connection; mostly empty
   */
  default Optional<Instructions> instructions() {
    return Optional.empty();
  }

  /**
   * Ends the input as if the peer had sent its last: a waiting read and every later one returns -1,
   * what has arrived unread is dropped, and writing goes on. A stopping server does this to every
   * connection, so a handler finishes what it has read and then ends by itself. Idempotent; without
   * effect on a closed connection.
   */
  void shutdownInput();

  /**
   * Closes the connection. A blocked read or write of another thread throws; what has been written
   * still reaches the peer, who then sees the end of the input, whether or not all it sent was
   * read. Idempotent.
   */
  @Override
  void close();
}
