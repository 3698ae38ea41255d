// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The page with real servers, seen over HTTP. */
class LivePageTest {
  private static final Pattern TOKEN = Pattern.compile("name=\"token\" content=\"(\\w+)\"");
  private static final Duration HANG_GUARD = Duration.ofSeconds(60);

  private LivePage page;
  private String origin;
  private String token;

  @BeforeEach
  void start() throws Exception {
    page = start(0, Duration.ofDays(1));
    origin = "http://127.0.0.1:" + page.address().getPort();
    Matcher matcher = TOKEN.matcher(get("/").body());
    assertThat(matcher.find()).isTrue();
    token = matcher.group(1);
  }

  private static LivePage start(int port, Duration linger) throws IOException {
    return LivePage.start(new LiveOptions(Serve.command(), port, null, 3, linger));
  }

  @AfterEach
  void nobodyIsLeft() throws Exception {
    page.close();
    page.await();
    await().until(() -> ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void shortRequestsOvertakeOrNotAsTheModelHasIt() throws Exception {
    assertThat(post("/setup", "{\"models\":[\"virtual\",\"overtake\"]}").status()).isEqualTo(200);
    awaitLast(frame -> rate(frame, "virtual") > 100 && rate(frame, "overtake") > 100);

    post("/setup", "{\"hogs\":%d}".formatted(2 * Runtime.getRuntime().availableProcessors()));

    awaitLast(frame -> rate(frame, "virtual") < rate(frame, "overtake") / 4);
    awaitLast(frame ->
        frame.at("/costs/servers/overtake/handOffs").asLong(0) > 0
            && frame.at("/costs/servers/virtual/threads").asInt(0) > 0
            && frame.at("/costs/servers/virtual/resident").asLong(0) > 0);
    // The age of what is not answered counts, so it climbs.
    awaitLast(frame -> frame.at("/lanes/virtual/p99").asDouble() > 100_000);

    post("/setup", "{\"hogs\":0,\"connections\":3}");
    awaitLast(
        frame -> frame.at("/lanes/virtual/open").asInt() == 3 && rate(frame, "virtual") > 100);
  }

  @Test
  void aServerThatIsKilledIsToldOfAndStartedAgain() throws Exception {
    post("/setup", "{\"models\":[\"threads\",\"virtual\"]}");
    try (Events events = new Events()) {
      JsonNode state = events.await("state", seen -> allRunning(seen));
      long pid = state.at("/acts/0/pid").longValue();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();

      JsonNode ended =
          events.await("state", seen -> seen.at("/acts/0/state").stringValue().equals("ended"));
      assertThat(ended.at("/acts/0/note").stringValue())
          .contains("ended with status 137", "starting again in 1 s");
      assertThat(ended.at("/acts/1/state").stringValue()).isEqualTo("running");
      JsonNode again = events.await("state", LivePageTest::allRunning);
      assertThat(again.at("/acts/0/pid").longValue()).isNotEqualTo(pid);
    }
    awaitLast(frame -> rate(frame, "threads") > 100);
    assertThat(get("/history").body()).contains("threads ended with status 137");
  }

  @Test
  void aViewerThatDoesNotReadSlowsNobody() throws Exception {
    post("/setup", "{\"models\":[\"threads\",\"virtual\"]}");
    try (Socket idle = new Socket()) {
      idle.setReceiveBufferSize(1_024);
      idle.connect(page.address());
      idle.getOutputStream().write(watching());
      try (Events events = new Events()) {
        long first =
            events.await("frame", frame -> rate(frame, "threads") > 100).get("seq").asLong();
        long next = first;
        while (next < first + 15) { // three seconds, none of them missing
          assertThat(events.next("frame").get("seq").asLong()).isEqualTo(++next);
        }
      }
      awaitLast(frame -> frame.at("/costs/viewers").asInt() == 1);
    }
    // That it is gone is noticed when something more is sent to it.
    awaitLast(frame -> frame.at("/costs/viewers").asInt(1) == 0);
  }

  @Test
  void aSwitchIntervalStartsGilAnewAndARestartWhatItNames() throws Exception {
    post("/setup", "{\"models\":[\"gil\",\"threads\"]}");
    try (Events events = new Events()) {
      JsonNode before = events.await("state", LivePageTest::allRunning);
      post("/setup", "{\"intervalMicros\":500}");
      JsonNode after =
          events.await(
              "state",
              seen ->
                  allRunning(seen)
                      && seen.at("/acts/0/pid").asLong() != before.at("/acts/0/pid").asLong());
      assertThat(after.at("/acts/1/pid")).isEqualTo(before.at("/acts/1/pid"));

      assertThat(post("/restart", "{\"model\":\"threads\"}").status()).isEqualTo(200);
      events.await(
          "state",
          seen ->
              allRunning(seen)
                  && seen.at("/acts/1/pid").asLong() != after.at("/acts/1/pid").asLong());
      assertThat(post("/restart", "{\"model\":\"virtual\"}").status()).isEqualTo(400);
      post("/setup", "{\"models\":[]}");
      await().until(() -> ProcessHandle.of(after.at("/acts/0/pid").asLong()).isEmpty());
    }
  }

  @Test
  void onlyThePageItselfMayChangeAnything() throws Exception {
    String body = "{\"hogs\":1}";
    String ours = "Origin: " + origin;
    String known = Web.TOKEN_HEADER + ": " + token;
    assertThat(send("POST", "/setup", body, ours).status()).isEqualTo(403);
    assertThat(send("POST", "/setup", body, ours, known + "0").status()).isEqualTo(403);
    assertThat(send("POST", "/setup", body, known).status()).isEqualTo(403);
    assertThat(send("POST", "/setup", body, known, "Origin: http://evil.example").status())
        .isEqualTo(403);
    assertThat(get("/history", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
    assertThat(get("/history", "Origin: http://evil.example").status()).isEqualTo(403);
    assertThat(send("PUT", "/", "").status()).isEqualTo(405);
    assertThat(raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
    assertThat(post("/setup", body).status()).isEqualTo(200);
    assertThat(post("/setup", "{").status()).isEqualTo(400);
    assertThat(post("/setup", " ".repeat(5_000)).status()).isEqualTo(413);
    assertThat(post("/elsewhere", "{}").status()).isEqualTo(404);
    assertThat(get("/../pom.xml").status()).isEqualTo(404);
    assertThat(get("/").head())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(page.address().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void everyFileThatThePageNamesIsThere() throws Exception {
    String all = get("/").body() + get("/page.js").body();
    Matcher names = Pattern.compile("(?:src|href|from)[= ]\"(?:\\./)?([\\w.]+)\"").matcher(all);
    int found = 0;
    while (names.find()) {
      assertThat(get("/" + names.group(1)).status()).as(names.group(1)).isEqualTo(200);
      found++;
    }
    assertThat(found).isGreaterThan(6);
    assertThat(get("/uPlot.LICENSE").body()).contains("MIT");
  }

  @Test
  void aPortThatIsTakenIsLeftForAFreeOne() throws Exception {
    page.close();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      page = start(taken.getLocalPort(), Duration.ofDays(1));
      assertThat(page.address().getPort()).isNotEqualTo(taken.getLocalPort()).isPositive();
    }
  }

  @Test
  void itEndsWhenTheLastViewerHasGone() throws Exception {
    page.close();
    page = start(0, Duration.ZERO);
    origin = "http://127.0.0.1:" + page.address().getPort();
    AtomicBoolean ended = new AtomicBoolean();
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                page.await();
                ended.set(true);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (Events events = new Events()) {
      events.next("frame");
      events.next("frame");
      assertThat(ended).isFalse();
    }
    waiting.join();
    assertThat(ended).isTrue();
  }

  private static boolean allRunning(JsonNode state) {
    return state.get("acts").size() == 2
        && state.at("/acts/0/state").stringValue().equals("running")
        && state.at("/acts/1/state").stringValue().equals("running");
  }

  private static double rate(JsonNode frame, String model) {
    return frame.at("/lanes/" + model + "/rate").asDouble(-1);
  }

  private interface Condition {
    boolean holds(JsonNode seen);
  }

  private void awaitLast(Condition condition) {
    await()
        .atMost(HANG_GUARD)
        .until(() -> {
          JsonNode all = Json.read(get("/history").body().getBytes(UTF_8));
          // Costs are in every fifth frame.
          for (int i = Math.max(0, all.size() - 5); i < all.size(); i++) {
            if (condition.holds(all.get(i))) {
              return true;
            }
          }
          return false;
        });
  }

  private Answer get(String path, String... headers) throws IOException {
    return send("GET", path, "", headers);
  }

  private Answer post(String path, String body) throws IOException {
    return send("POST", path, body, "Origin: " + origin, Web.TOKEN_HEADER + ": " + token);
  }

  private Answer send(String method, String path, String body, String... headers)
      throws IOException {
    StringBuilder request = new StringBuilder("%s %s HTTP/1.1\r\n".formatted(method, path));
    request.append("Host: %s\r\n".formatted(origin.substring("http://".length())));
    request.append("Connection: close\r\nContent-Length: %d\r\n".formatted(body.length()));
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return Answer.of(raw(request + "\r\n" + body));
  }

  /** What a viewer asks for. */
  private byte[] watching() {
    return "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"
        .formatted(page.address().getPort())
        .getBytes(US_ASCII);
  }

  private record Answer(int status, String head, String body) {
    static Answer of(String all) {
      String[] parts = all.split("\r\n\r\n", 2);
      return new Answer(Integer.parseInt(parts[0].split(" ", -1)[1]), parts[0], parts[1]);
    }
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(page.address().getAddress(), page.address().getPort())) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  /** A viewer. */
  private final class Events implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader lines;

    Events() throws IOException {
      socket = new Socket(page.address().getAddress(), page.address().getPort());
      socket.setSoTimeout((int) HANG_GUARD.toMillis());
      socket.getOutputStream().write(watching());
      lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    JsonNode next(String kind) throws IOException {
      while (true) {
        String line = lines.readLine();
        assertThat(line).as("the stream goes on").isNotNull();
        if (line.equals("event: " + kind)) {
          return Json.read(lines.readLine().substring("data: ".length()).getBytes(UTF_8));
        }
      }
    }

    JsonNode await(String kind, Condition condition) throws IOException {
      JsonNode seen;
      do {
        seen = next(kind);
      } while (!condition.holds(seen));
      return seen;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
