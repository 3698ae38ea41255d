// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as people write them on a command line: {@code 40\n}, {@code PING\r\n}, {@code \x00\x2a}.
 */
final class Escapes {
  private static final int HEX = 16;

  private Escapes() {}

  /**
   * Reads them; what is no escape stands for itself, in UTF-8.
   *
   * @throws IllegalArgumentException if an escape is unknown; the message has it and the choices
   */
  static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c != '\\') {
        bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      char escape = i < text.length() ? text.charAt(i++) : ' ';
      switch (escape) {
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case '0' -> bytes.write(0);
        case '\\' -> bytes.write('\\');
        case 'x' -> {
          bytes.write(hex(text, i));
          i += 2;
        }
        default -> throw unknown(text, "\\" + escape);
      }
    }
    return bytes.toByteArray();
  }

  private static int hex(String text, int begin) {
    String digits = text.substring(begin, Math.min(begin + 2, text.length()));
    if (!digits.matches("[0-9A-Fa-f]{2}")) {
      throw unknown(text, "\\x" + digits);
    }
    return Integer.parseInt(digits, HEX);
  }

  private static IllegalArgumentException unknown(String text, String escape) {
    return new IllegalArgumentException(
        "cannot read '%s' in '%s'; an escape is one of \\n, \\r, \\t, \\0, \\\\, \\xHH"
            .formatted(escape, text));
  }
}
