// SPDX-License-Identifier: Apache-2.0
package dev.overtake.services.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.overtake.services.common.Request;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** The service's methods. Their messages are plain text, so that no code has to be generated. */
final class Methods {
  static final String SERVICE = "overtake.Library";

  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), UTF_8);
          } catch (IOException e) {
            throw Status.INTERNAL.withCause(e).asRuntimeException();
          }
        }
      };

  private Methods() {}

  /** The method for a request; its argument is {@code n} as digits. */
  static MethodDescriptor<String, String> of(Request request) {
    String name = request.name().charAt(0) + request.name().substring(1).toLowerCase(Locale.ROOT);
    return MethodDescriptor.newBuilder(TEXT, TEXT)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .build();
  }
}
