// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.load.Message;
import dev.overtake.load.Service;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a request over HTTP is made of, under the names that curl gives them. */
final class CurlOptions {
  @Option(
      names = {"-X", "--request"},
      paramLabel = "METHOD",
      description = "The method (default: GET, with -d POST).")
  private @Nullable String method;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "HEADER",
      description =
          "A header, 'Name: value', for short and long requests; 'Name:' leaves one out. May be"
              + " given several times.")
  private List<String> headers = List.of();

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DATA",
      description = "The body, or @FILE for a file's content. May be given several times.")
  private List<String> data = List.of();

  @Option(
      names = "--long-request",
      paramLabel = "METHOD",
      description = "Another method for the long requests.")
  private @Nullable String longMethod;

  @Option(
      names = "--long-data",
      paramLabel = "DATA",
      description = "Another body for the long requests.")
  private List<String> longData = List.of();

  @Option(
      names = {"-k", "--insecure"},
      description = "Believe any certificate.")
  private boolean insecure;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Believe the certificates in this PEM file, and no others.")
  private @Nullable Path authorities;

  /** Whether something was said that means nothing to a plain connection. */
  boolean speakHttp() {
    return method != null
        || longMethod != null
        || !headers.isEmpty()
        || !data.isEmpty()
        || !longData.isEmpty();
  }

  Message shortOne(String authority, String path) {
    return message(authority, path, method, data);
  }

  Message longOne(String authority, String path) {
    boolean own = longMethod != null || !longData.isEmpty();
    return message(authority, path, own ? longMethod : method, own ? longData : data);
  }

  private Message message(
      String authority, String path, @Nullable String method, List<String> data) {
    Map<String, String> defaults = new java.util.LinkedHashMap<>();
    defaults.put("Host", authority);
    defaults.put("User-Agent", "overtake-probe");
    defaults.put("Accept", "*/*");
    if (!data.isEmpty()) {
      defaults.put("Content-Type", "application/x-www-form-urlencoded");
    }
    List<Map.Entry<String, String>> given = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon <= 0) {
        throw new IllegalArgumentException(
            "-H: cannot read '%s'; write 'Name: value'".formatted(header.replaceAll(":.*", "")));
      }
      String name = header.substring(0, colon).strip();
      String value = header.substring(colon + 1).strip();
      defaults.keySet().removeIf(known -> known.equalsIgnoreCase(name));
      if (!value.isEmpty()) {
        given.add(Map.entry(name, value));
      }
    }
    List<Map.Entry<String, String>> all = new ArrayList<>(defaults.entrySet());
    all.addAll(given);
    String fallback = data.isEmpty() ? "GET" : "POST";
    String verb = method == null ? fallback : method.toUpperCase(Locale.ROOT);
    if (!verb.matches("[A-Z]{1,20}")) {
      throw new IllegalArgumentException("-X: '%s' is no method".formatted(method));
    }
    return Message.http(verb, path, all, body(data));
  }

  private static byte[] body(List<String> data) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String part : data) {
      if (body.size() > 0) {
        body.write('&');
      }
      if (part.startsWith("@")) {
        body.writeBytes(file(Path.of(part.substring(1))));
      } else {
        body.writeBytes(part.getBytes(StandardCharsets.UTF_8));
      }
    }
    return body.toByteArray();
  }

  private static byte[] file(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new IllegalArgumentException("-d: cannot read %s; name a file".formatted(path), e);
    }
  }

  Service.Trust trust() {
    return new Service.Trust(insecure, authorities == null ? List.of() : certificates(authorities));
  }

  private static List<X509Certificate> certificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
      throw new IllegalArgumentException("--cacert %s: no certificate in it".formatted(file));
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException(
          "--cacert %s: cannot be read; name a PEM file of certificates".formatted(file), e);
    }
  }
}
