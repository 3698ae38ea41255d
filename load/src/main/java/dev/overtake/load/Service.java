// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the probe talks to, and in which language. Immutable.
 *
 * @param target the name, as it is to be shown and as a certificate must have it
 * @param address what the name stands for: looked up once, by whoever decides whether it may be
 *     asked
 * @param answerEnd how answers end on a plain connection; null for HTTP
 * @param trust whose certificates are believed; null to talk without TLS
 */
public record Service(
    Target target, InetAddress address, @Nullable AnswerEnd answerEnd, @Nullable Trust trust) {

  /**
   * Whose certificates are believed.
   *
   * @param anybody believe any certificate, of any name
   * @param authorities believe those, and no others; empty for those the JDK believes
   */
  public record Trust(boolean anybody, List<X509Certificate> authorities) {
    /** Copies the list. */
    public Trust {
      authorities = List.copyOf(authorities);
    }
  }
}
