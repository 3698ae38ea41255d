// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Map;

/** A request of the probe, the same each time it is sent. Immutable, and so for any thread. */
public abstract sealed class Message {
  private Message() {}

  /**
   * Bytes as they stand, for a plain connection.
   *
   * @param bytes at least one, at most a million
   * @return the request
   */
  public static Message bytes(byte[] bytes) {
    Check.range("length of a request", bytes.length, 1, 1_000_000);
    return new Raw(bytes);
  }

  /**
   * A request of HTTP/1.1.
   *
   * @param method such as {@code GET}
   * @param path with the query, as it is sent; begins with a slash
   * @param headers name and value, {@code Host} among them; {@code Content-Length} is added
   * @param body at most a million bytes, as a rule none
   * @return the request
   * @throws IllegalArgumentException if a header cannot be sent; the message has its name
   */
  public static Message http(
      String method, String path, List<Map.Entry<String, String>> headers, byte[] body) {
    Check.range("length of a body", body.length, 0, 1_000_000);
    return new Http(method, path, headers, body);
  }

  /** A copy to be written, and released by whoever writes it. */
  abstract Object toWrite();

  abstract boolean isHttp();

  private static final class Raw extends Message {
    private final ByteBuf bytes;

    Raw(byte[] bytes) {
      this.bytes = Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(bytes));
    }

    @Override
    Object toWrite() {
      return bytes.duplicate();
    }

    @Override
    boolean isHttp() {
      return false;
    }
  }

  private static final class Http extends Message {
    private final HttpMethod method;
    private final String path;
    private final HttpHeaders headers = new DefaultHttpHeaders();
    private final ByteBuf body;

    Http(String method, String path, List<Map.Entry<String, String>> given, byte[] body) {
      this.method = HttpMethod.valueOf(method);
      this.path = path;
      this.body = Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(body));
      given.forEach(header -> headers.add(header.getKey(), header.getValue()));
      boolean hasBody = body.length > 0 || List.of("POST", "PUT", "PATCH").contains(method);
      if (hasBody && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
      }
    }

    @Override
    Object toWrite() {
      return new DefaultFullHttpRequest(
          HttpVersion.HTTP_1_1, method, path, body.duplicate(), headers, EmptyHttpHeaders.INSTANCE);
    }

    @Override
    boolean isHttp() {
      return true;
    }
  }
}
