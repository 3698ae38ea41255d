// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What all members of a cluster share and nobody else has: a private key with its certificate.
 * Members talk by TLS and admit only those who prove to have it. Made by
 *
 * <pre>
 * head -c 24 /dev/urandom | base64 &gt;cluster.p12.password
 * keytool -genkeypair -alias cluster -keyalg EC -dname CN=overtake -validity 3650 \
 *     -storetype PKCS12 -keystore cluster.p12 -storepass:file cluster.p12.password
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class ClusterKey {
  private final Path file;
  private final SSLContext context;

  private ClusterKey(Path file, SSLContext context) {
    this.file = file;
    this.context = context;
  }

  /**
   * Reads a key.
   *
   * @param file in the format PKCS #12; its password is the first line of the file beside it whose
   *     name ends in {@code .password}
   * @return the key
   * @throws IOException if one of them can't be read; the message says in one line which and why
   */
  public static ClusterKey read(Path file) throws IOException {
    Path passwordFile = Path.of(file + ".password");
    char[] password = {};
    try (InputStream in = Files.newInputStream(file)) {
      password = Files.readString(passwordFile).lines().findFirst().orElse("").toCharArray();
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(store, password);
      // The certificate of a private key in it counts as trusted.
      TrustManagerFactory others =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      others.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(own.getKeyManagers(), others.getTrustManagers(), null);
      return new ClusterKey(file, context);
    } catch (IOException | GeneralSecurityException e) {
      throw new IOException(
          "cluster key %s: can't be read with the password in %s: %s; make both as docs/cluster.md says"
              .formatted(file, passwordFile, e),
          e);
    } finally {
      Arrays.fill(password, ' ');
    }
  }

  SSLContext context() {
    return context;
  }

  /**
   * Names the file, nothing of what is in it.
   *
   * @return the path
   */
  @Override
  public String toString() {
    return file.toString();
  }
}
