// SPDX-License-Identifier: Apache-2.0
package dev.overtake.live;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.overtake.report.Looks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The page over HTTP, on the loopback alone.
 *
 * <p>Who may ask: a browser that was told this very address (a name that somebody else's DNS points
 * at the loopback is refused, by {@code Host}), and of its pages only ours ({@code Origin}, {@code
 * Sec-Fetch-Site}). What changes something needs a token, too, that only our page was given. What
 * is sent here becomes numbers in a range and names from a list, and never a word of a command.
 *
 * <p>Thread-safe.
 */
final class Web implements AutoCloseable {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data: blob:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";
  static final String TOKEN_HEADER = "X-Overtake-Token";
  private static final int LONGEST_BODY = 4_096;
  private static final long SIGN_OF_LIFE_MILLIS = 5_000;
  private static final Pattern AFTER = Pattern.compile("after=(\\d{1,15})");
  private static final Map<String, String> FILES =
      Map.of(
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "chart.js", "text/javascript; charset=utf-8",
          "picture.js", "text/javascript; charset=utf-8",
          "uPlot.iife.min.js", "text/javascript; charset=utf-8",
          "uPlot.min.css", "text/css; charset=utf-8",
          "uPlot.LICENSE", "text/plain; charset=utf-8",
          "icon.svg", "image/svg+xml");

  static {
    // Else the last part of an event waits until the viewer has acknowledged the one before.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final Show show;
  private final Audience audience;
  private final Reporter reporter;
  private final String token = newToken();
  private final byte[] page;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("web-", 0).factory());
  private final HttpServer http;
  private final Set<String> hosts;

  /** Listens on that port, or on a free one if it is taken. */
  Web(int port, Show show, Audience audience, Reporter reporter, Prospectus prospectus)
      throws IOException {
    this.show = show;
    this.audience = audience;
    this.reporter = reporter;
    page = page(prospectus);
    http = listen(port);
    int actual = http.getAddress().getPort();
    hosts = Set.of("127.0.0.1:" + actual, "localhost:" + actual);
    http.setExecutor(threads);
    http.createContext("/", this::answer);
  }

  private static HttpServer listen(int port) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try {
      return HttpServer.create(new InetSocketAddress(loopback, port), 0);
    } catch (BindException taken) {
      return HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    }
  }

  private static String newToken() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private byte[] page(Prospectus prospectus) {
    // In a block of data no character may look like the end of the block.
    String data =
        new String(Json.bytes(prospectus), StandardCharsets.UTF_8).replace("<", "\\u003c");
    return new String(Assets.bytes("page.html"), StandardCharsets.UTF_8)
        .replace("@TOKEN@", token)
        .replace("@PROSPECTUS@", data)
        .getBytes(StandardCharsets.UTF_8);
  }

  void start() {
    http.start();
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  String token() {
    return token;
  }

  /** Ends all connections. Idempotent. */
  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String refusal = refusal(exchange);
      if (refusal != null) {
        say(exchange, 403, refusal);
        return;
      }
      String path = exchange.getRequestURI().getPath();
      switch (exchange.getRequestMethod()) {
        case "GET" -> get(exchange, path);
        case "POST" -> post(exchange, path);
        default -> say(exchange, 405, "use GET or POST");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the page is being ended, or the viewer does not read
    }
  }

  private void get(HttpExchange exchange, String path) throws IOException, InterruptedException {
    switch (path) {
      case "/" -> send(exchange, 200, "text/html; charset=utf-8", page);
      case "/colours.css" ->
          send(
              exchange,
              200,
              "text/css; charset=utf-8",
              Looks.styleSheet().getBytes(StandardCharsets.UTF_8));
      case "/events" -> watch(exchange);
      case "/history" -> {
        Matcher after = AFTER.matcher(String.valueOf(exchange.getRequestURI().getQuery()));
        send(
            exchange,
            200,
            "application/json",
            reporter.history(after.matches() ? Long.parseLong(after.group(1)) : 0));
      }
      default -> {
        String type = FILES.get(path.substring(1));
        if (type == null) {
          say(exchange, 404, "there is nothing here");
        } else {
          send(exchange, 200, type, Assets.bytes(path.substring(1)));
        }
      }
    }
  }

  private void post(HttpExchange exchange, String path) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
    if (body.length > LONGEST_BODY) {
      say(exchange, 413, "a request has at most %d bytes".formatted(LONGEST_BODY));
      return;
    }
    try {
      JsonNode wish = Json.read(body);
      switch (path) {
        case "/setup" -> show.change(wish);
        case "/restart" -> show.restart(wish.path("model").asString(""));
        default -> {
          say(exchange, 404, "there is nothing here");
          return;
        }
      }
      send(exchange, 200, "application/json", Json.bytes(show.setup()));
    } catch (IllegalArgumentException e) {
      say(exchange, 400, String.valueOf(e.getMessage()));
    }
  }

  /** Server-sent events until the viewer goes. */
  private void watch(HttpExchange exchange) throws IOException, InterruptedException {
    Viewer viewer = audience.enter();
    if (viewer == null) {
      say(exchange, 503, "too many watch: at most %d".formatted(Audience.MOST_VIEWERS));
      return;
    }
    try {
      head(exchange, "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      byte[] signOfLife = ":\n\n".getBytes(StandardCharsets.US_ASCII);
      out.write(signOfLife);
      out.flush();
      while (true) {
        byte[] event = viewer.next(SIGN_OF_LIFE_MILLIS);
        out.write(event == null ? signOfLife : event);
        out.flush();
      }
    } finally {
      audience.leave(viewer);
    }
  }

  /** Why not to answer; null if there is no reason. */
  private @Nullable String refusal(HttpExchange exchange) {
    Headers headers = exchange.getRequestHeaders();
    String host = String.valueOf(headers.getFirst("Host"));
    if (!hosts.contains(host)) {
      return "this page is at http://127.0.0.1:%d/ only".formatted(address().getPort());
    }
    String origin = headers.getFirst("Origin");
    String site = headers.getFirst("Sec-Fetch-Site");
    boolean post = exchange.getRequestMethod().equals("POST");
    boolean start = exchange.getRequestURI().getPath().equals("/") && !post;
    if (site != null && !start && !List.of("same-origin", "none").contains(site)) {
      return "only the page itself may ask for this";
    }
    if (origin != null ? !origin.equals("http://" + host) : post) {
      return "only the page itself may ask for this: its origin is http://" + host;
    }
    if (post && !knowsToken(headers.getFirst(TOKEN_HEADER))) {
      return "the page is not of this start; load it again";
    }
    return null;
  }

  private boolean knowsToken(@Nullable String told) {
    return told != null
        && MessageDigest.isEqual(
            told.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  private static void say(HttpExchange exchange, int status, String line) throws IOException {
    send(
        exchange,
        status,
        "text/plain; charset=utf-8",
        (line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void head(HttpExchange exchange, String type) {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    headers.set("Cache-Control", "no-store");
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] bytes)
      throws IOException {
    head(exchange, type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
