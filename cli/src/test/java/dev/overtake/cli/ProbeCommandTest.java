// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.overtake.server.Handlers;
import dev.overtake.server.Model;
import dev.overtake.server.TcpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The probe as a user meets it, against servers of ours, of the JDK's, and against none. */
class ProbeCommandTest {
  private static final List<String> QUICK =
      List.of(
          "--levels",
          "0,1",
          "--warmup",
          "0",
          "--seconds",
          "0.3",
          "--closed-seconds",
          "0.1",
          "--connections",
          "4",
          "--recovery",
          "0.5");

  @TempDir private Path folder;
  private final List<AutoCloseable> started = new ArrayList<>();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  @AfterEach
  void stopServers() throws Exception {
    for (AutoCloseable server : started) {
      server.close();
    }
  }

  private Outcome probe(String... arguments) {
    List<String> all = new ArrayList<>(List.of("probe"));
    all.addAll(List.of(arguments));
    all.addAll(QUICK);
    all.addAll(List.of("--out", folder.resolve("out").toString()));
    return Outcome.of(all.toArray(String[]::new));
  }

  private String fib(String model) throws IOException {
    TcpServer server = TcpServer.builder(Handlers.named("fib")).model(Model.parse(model)).start();
    started.add(server);
    return "tcp://127.0.0.1:" + server.port();
  }

  /** {@code /short} answers at once, {@code /long} computes, {@code /broken} fails. */
  private <S extends HttpServer> S serving(S server) throws IOException {
    server.createContext("/", this::answer);
    ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory());
    server.setExecutor(threads);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.start();
    started.add(threads);
    started.add(() -> server.stop(0));
    return server;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    try (InputStream in = exchange.getRequestBody()) {
      seen.add(
          "%s %s %s %s '%s'"
              .formatted(
                  exchange.getRequestMethod(),
                  path,
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  exchange.getRequestHeaders().getFirst("X-Key"),
                  new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    }
    byte[] body =
        String.valueOf(fib(path.startsWith("/long") ? 25 : 1)).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(path.startsWith("/broken") ? 500 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static long fib(int n) {
    return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
  }

  private String http() throws IOException {
    return "http://127.0.0.1:" + serving(HttpServer.create()).getAddress().getPort();
  }

  @Test
  void aProbePrintsTheCurveAndTheVerdict() throws IOException {
    Outcome outcome = probe(fib("threads"), "--short", "1\\n", "--long", "25\\n");

    assertThat(outcome.exitStatus()).as(outcome.err()).isIn(0, 4);
    assertThat(outcome.out())
        .contains("short '1\\n' at 250/s, long '25\\n'", "ffective quantum", "report: ")
        .containsPattern("(?m)^ +0 +\\d+/s +100%")
        .containsPattern("(?m)^ +1 +\\d+/s ");
    assertThat(outcome.err()).contains("1 long request, at a fixed rate");
    assertThat(folder.resolve("out/report.html")).isNotEmptyFile();
  }

  @Test
  void jsonIsAllThatIsPrintedAndHasAVersion() throws IOException {
    Outcome outcome = probe(fib("overtake"), "--short", "1\\n", "--long", "25\\n", "--json");

    JsonNode json = JsonMapper.shared().readTree(outcome.out());
    assertThat(json.propertyNames().iterator().next()).isEqualTo("schema");
    assertThat(json.get("schema").asString()).isEqualTo("overtake-probe/1");
    assertThat(outcome.out()).isEqualTo(Files.readString(folder.resolve("out/probe.json")));
  }

  @Test
  void anExpectationMissedEndsWithThreeUnlessTheGeneratorWasTheLimit() throws IOException {
    String target = fib("threads");
    Outcome missed =
        probe(target, "--short", "1\\n", "--long", "25\\n", "--expect", "rate>=1000/s");
    Outcome met = probe(target, "--short", "1\\n", "--long", "25\\n", "--expect", "errors<=0%");

    assertThat(missed.exitStatus()).isIn(3, 4);
    assertThat(missed.out()).contains("MISSED: rate>=1000/s (rate ");
    assertThat(met.exitStatus()).isIn(0, 4);
    assertThat(met.out()).contains("met: errors<=0%");
  }

  @Test
  void requestsOverHttpAreMadeAsCurlMakesThem() throws IOException {
    Files.writeString(folder.resolve("body"), "from=file");
    Outcome outcome =
        probe(
            http() + "/short?a=b",
            "--long",
            "/long",
            "-H",
            "X-Key: secret",
            "-d",
            "one=1",
            "-d",
            "@" + folder.resolve("body"),
            "--long-request",
            "GET");

    assertThat(outcome.exitStatus()).as(outcome.err()).isIn(0, 4);
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "POST /short?a=b application/x-www-form-urlencoded secret 'one=1&from=file'",
            "GET /long null secret ''");
    assertThat(folder.resolve("out/report.html")).content().doesNotContain("secret");
    assertThat(folder.resolve("out/probe.json")).content().doesNotContain("secret");
  }

  @Test
  void aShortRequestThatFailsIsSaidAtOnce() throws IOException {
    Outcome outcome = probe(http() + "/broken", "--long", "/long");

    assertThat(outcome.exitStatus()).isEqualTo(1);
    assertThat(outcome.err()).contains("status 500");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void longRequestsThatAllFailEndWithOne() throws IOException {
    Outcome outcome = probe(http() + "/short", "--long", "/broken");

    assertThat(outcome.exitStatus()).isEqualTo(1);
    assertThat(outcome.err()).contains("every long request failed: status 500");
  }

  @Test
  void tlsIsBelievedWhenItsAuthorityIsGivenOrNobodyAsks() throws Exception {
    HttpsServer server = HttpsServer.create();
    KeyStore keys = keys();
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    String target = "https://localhost:" + serving(server).getAddress().getPort() + "/short";
    Path authority = folder.resolve("authority.pem");
    Files.writeString(
        authority,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("key").getEncoded())
            + "\n-----END CERTIFICATE-----\n");

    Outcome unknown = probe(target, "--long", "/long");
    assertThat(unknown.exitStatus()).isEqualTo(5);
    assertThat(unknown.err()).contains("TLS", "--cacert").hasLineCount(1);
    assertThat(probe(target, "--long", "/long", "--insecure").exitStatus()).isIn(0, 4);
    assertThat(probe(target, "--long", "/long", "--cacert", authority.toString()).exitStatus())
        .isIn(0, 4);
    Outcome empty = probe(target, "--long", "/long", "--cacert", folder.resolve("none").toString());
    assertThat(empty.exitStatus()).isEqualTo(2);
    assertThat(empty.err()).contains("cannot be read");
  }

  private KeyStore keys() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storepass",
                "changeit",
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    return KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
  }

  private static SSLContext context(KeyStore keys) throws Exception {
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void whoIsNotThereIsUnreachable() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Outcome outcome = probe("tcp://127.0.0.1:" + port, "--short", "1\\n", "--long", "2\\n");

    assertThat(outcome.exitStatus()).isEqualTo(5);
    assertThat(outcome.err()).contains("connection refused");
    assertThat(probe("http://no-such-host.invalid/", "--long", "/").exitStatus()).isEqualTo(5);
  }

  @Test
  void othersServersAreNotProbedByMistake() {
    Outcome outcome = probe("http://192.0.2.1/", "--long", "/long");

    assertThat(outcome.exitStatus()).isEqualTo(2);
    assertThat(outcome.err()).contains("--i-own-this-server");
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneLineWithTheValue() {
    String http = "http://127.0.0.1:1/";
    refused("ftp://host", "ftp://host", "--long", "/");
    refused("http://[", "http://[", "--long", "/");
    refused("-H 'Authorization", "http://user:pass@127.0.0.1/", "--long", "/");
    refused("no port", "tcp://127.0.0.1", "--short", "1", "--long", "2");
    refused("--short '1\\n'", "tcp://127.0.0.1:1", "--long", "2");
    refused("-X, -H, -d", "tcp://127.0.0.1:1", "--short", "1", "--long", "2", "-X", "GET");
    refused("'\\q'", "tcp://127.0.0.1:1", "--short", "\\q", "--long", "2");
    refused("1.5", "tcp://127.0.0.1:1", "--short", "1", "--long", "2", "--answer-ends", "size:1.5");
    refused("another server", http, "--long", "http://127.0.0.1:2/long");
    refused("rate=0.0", http, "--long", "/", "--rate", "0");
    refused("'nonsense'", http, "--long", "/", "--expect", "nonsense");
    refused("needs 1000 requests", http, "--long", "/", "--expect", "p99<1s");
    refused("write 'Name: value'", http, "--long", "/", "-H", "nocolon");
  }

  private void refused(String words, String... arguments) {
    Outcome outcome = probe(arguments);
    assertThat(outcome.exitStatus()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.err()).contains(words).hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
  }
}
