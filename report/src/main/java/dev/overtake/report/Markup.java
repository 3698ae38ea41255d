// SPDX-License-Identifier: Apache-2.0
package dev.overtake.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes elements of HTML or SVG so that what comes out is well-formed XML whatever goes in: names
 * are the code's own, texts and attributes are escaped, ends are matched by the writer.
 *
 * <p>The page is kept XML as well as HTML because an XML parser is a test anyone can run; the price
 * is that an empty element other than a void one must be closed by {@link #end()}.
 */
final class Markup {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Begins an element; attributes are names and values in turn. */
  Markup start(String name, String... attributes) {
    tag(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  Markup end() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element without content: for SVG shapes and HTML's void elements only. */
  Markup empty(String name, String... attributes) {
    tag(name, attributes);
    out.append("/>");
    return this;
  }

  /** An element with nothing but text in it. */
  Markup element(String name, String text, String... attributes) {
    return start(name, attributes).text(text).end();
  }

  Markup text(String text) {
    escape(text);
    return this;
  }

  /**
   * Trusted content: our own style sheets, script and finished markup; never a text of a report.
   */
  Markup trusted(String markup) {
    out.append(markup);
    return this;
  }

  Markup line() {
    out.append('\n');
    return this;
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("every element must be ended: open=" + open);
    }
    return out.toString();
  }

  /** A coordinate with at most two decimals. NaN in a drawing is a mistake of ours. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalStateException("a coordinate must be finite: value=" + value);
    }
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    String sign = hundredths < 0 ? "-" : "";
    long size = Math.abs(hundredths);
    String decimals = size % 10 == 0 ? "" + size / 10 % 10 : "" + size / 10 % 10 + size % 10;
    return sign + size / 100 + "." + decimals;
  }

  private void tag(String name, String... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
          }
        });
  }

  /** Control characters and lone surrogates cannot be in an XML file, not even escaped. */
  private static boolean isXml(int c) {
    if (c < 0x20) {
      return c == '\n' || c == '\t';
    }
    boolean isControl = c >= 0x7F && c <= 0x9F;
    boolean isSurrogate = c >= 0xD800 && c <= 0xDFFF;
    return !isControl && !isSurrogate && c != 0xFFFE && c != 0xFFFF;
  }
}
