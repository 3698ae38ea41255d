// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.lab.ConsoleProgress;
import dev.overtake.lab.Expectation;
import dev.overtake.lab.LabException;
import dev.overtake.lab.Probe;
import dev.overtake.lab.ProbeOptions;
import dev.overtake.lab.ProbeResult;
import dev.overtake.load.AnswerEnd;
import dev.overtake.load.Interference;
import dev.overtake.load.Message;
import dev.overtake.load.Service;
import dev.overtake.load.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What long requests do to short ones in a server of the user's. */
@Command(
    name = "probe",
    description = {
      "Says what long requests do to short ones in any server that speaks TCP or HTTP/1.1: sends"
          + " short ones at a fixed rate and back to back, beside 0, 1, 2, 4, 8 long ones, and"
          + " writes a report.",
      "",
      "TARGET is tcp://HOST:PORT, tls://HOST:PORT, http://HOST:PORT/SHORT or"
          + " https://HOST:PORT/SHORT. Only for servers that are yours: it is a load."
    },
    footer = {
      "",
      "--expect takes METRIC[@N] <, <=, >, >= VALUE. METRIC is one of retention, closed-retention,",
      "rate, errors, p50, p90, p99, p99.9, p99.99, max, stall, recovery; @N means beside N long",
      "requests, else beside all numbers of them.",
      "",
      "Example: the article's server, then a service of your own, in CI",
      "  overtake probe tcp://127.0.0.1:25000 --short '1\\n' --long '40\\n'",
      "  overtake probe http://localhost:8080/short --long /report \\",
      "      --expect 'retention>=0.9' --expect 'p99<20ms'"
    })
final class ProbeCommand implements Callable<@Nullable Void> {
  private static final Map<String, Integer> SCHEMES =
      Map.of("tcp", -1, "tls", -1, "http", 80, "https", 443);

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "TARGET", description = "Whom to ask; see above.")
  private String target;

  @Option(
      names = "--short",
      paramLabel = "REQUEST",
      description =
          "The short request. Over TCP its bytes, with escapes such as \\n and \\x00; over HTTP"
              + " another path than TARGET's.")
  private @Nullable String shortOne;

  @Option(
      names = "--long",
      required = true,
      paramLabel = "REQUEST",
      description = "The long request: bytes as for --short, or a path or URL of the same server.")
  private String longOne;

  @Mixin private CurlOptions curl;

  @Option(
      names = "--answer-ends",
      paramLabel = "HOW",
      defaultValue = "\\n",
      description =
          "How the end of an answer over TCP is known: the bytes it ends with, size:BYTES, or"
              + " quiet:DURATION (default: a newline).")
  private String answerEnds;

  @Option(
      names = "--levels",
      paramLabel = "N",
      split = ",",
      defaultValue = "0,1,2,4,8",
      description =
          "How many long requests at a time, 0 first, up to 64 (default: ${DEFAULT-VALUE}).")
  private List<Integer> levels;

  @Option(
      names = "--rate",
      paramLabel = "PER_SECOND",
      defaultValue = "250",
      description =
          "How many short requests a second in the open loop, 1 to 5000 (default:"
              + " ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--connections",
      paramLabel = "COUNT",
      defaultValue = "16",
      description =
          "How many connections carry the short ones, one request at a time each, 1 to 256"
              + " (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "5",
      converter = Durations.InSeconds.class,
      description =
          "How long the open loop lasts at each level, 0.1 to 60 (default: ${DEFAULT-VALUE}).")
  private Duration seconds;

  @Option(
      names = "--closed-seconds",
      paramLabel = "SECONDS",
      defaultValue = "2",
      converter = Durations.InSeconds.class,
      description =
          "How long the closed loop lasts, and how long samples are taken, 0.1 to 60 (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration closedSeconds;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "1",
      converter = Durations.InSeconds.class,
      description = "How long before anything counts, 0 to 60 (default: ${DEFAULT-VALUE}).")
  private Duration warmup;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = Durations.InSeconds.class,
      description = "How long a short request may take, 0.1 to 60 (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Option(
      names = "--long-timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      converter = Durations.InSeconds.class,
      description =
          "How long a long request may take, and how long the last ones are waited for, 0.1 to 600"
              + " (default: ${DEFAULT-VALUE}).")
  private Duration longTimeout;

  @Option(
      names = "--recovery",
      paramLabel = "SECONDS",
      defaultValue = "5",
      converter = Durations.InSeconds.class,
      description =
          "How long to wait after the long ones until short ones are calm, 0.1 to 60 (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration recovery;

  @Option(
      names = "--expect",
      paramLabel = "EXPR",
      description = "What must hold, else exit status 3; see below. May be given several times.")
  private List<String> expected = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where report.html and probe.json go (default: a new folder in overtake-runs).")
  private @Nullable Path out;

  @Option(
      names = "--i-own-this-server",
      description = "Allow a target that is not on this machine's loopback.")
  private boolean owned;

  @Option(names = "--json", description = "Print the results as JSON, and nothing else.")
  private boolean json;

  @Override
  public @Nullable Void call() throws IOException, LabException, InterruptedException {
    ProbeOptions options = CommandFailure.misusedUnless(this::options);
    ProbeResult result = run(options);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? result.json() : result.summary());
    stdout.flush();
    if (!result.noLongRequest().isEmpty()) {
      throw new CommandFailure(ExitCode.FAILED, result.noLongRequest());
    }
    if (!result.invalid().isEmpty()) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "the generator was the limit: "
              + result.invalid().getFirst()
              + "; give it a core of its own, or a lower --rate");
    }
    List<String> missed =
        result.expectations().stream()
            .filter(judged -> !judged.met())
            .map(judged -> judged.expected() + ", but " + judged.found())
            .toList();
    if (!missed.isEmpty()) {
      throw new CommandFailure(ExitCode.MISSED, "expected " + String.join("; ", missed));
    }
    return null;
  }

  private ProbeResult run(ProbeOptions options)
      throws IOException, LabException, InterruptedException {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError(spec.commandLine().getErr())) {
      return Probe.run(options, progress);
    }
  }

  private ProbeOptions options() {
    URI uri = uri(target);
    String scheme = String.valueOf(uri.getScheme());
    boolean http = scheme.startsWith("http");
    boolean secure = scheme.equals("https") || scheme.equals("tls");
    int port = uri.getPort() < 0 ? Objects.requireNonNull(SCHEMES.get(scheme)) : uri.getPort();
    if (port < 0) {
      throw new IllegalArgumentException(
          "%s: no port; write %s://HOST:PORT".formatted(target, scheme));
    }
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    Target named = new Target(host, port);
    Message shortMessage;
    Message longMessage;
    String shortPath = "";
    if (http) {
      shortPath = shortOne == null ? path(uri) : pathOf("--short", shortOne, uri);
      shortMessage = curl.shortOne(uri.getRawAuthority(), shortPath);
      longMessage = curl.longOne(uri.getRawAuthority(), pathOf("--long", longOne, uri));
    } else {
      if (shortOne == null || curl.speakHttp()) {
        throw new IllegalArgumentException(
            shortOne == null
                ? "%s: needs the bytes of a short request; pass --short '1\\n'".formatted(target)
                : "%s: -X, -H, -d are for http and https; leave them out".formatted(target));
      }
      shortMessage = Message.bytes(Escapes.bytes(shortOne));
      longMessage = Message.bytes(Escapes.bytes(longOne));
    }
    List<Expectation> expectations = expected.stream().map(Expectation::parse).toList();
    AnswerEnd end = http ? null : answerEnd();
    // Looked up last, when everything else is right, and once: what was allowed is what is asked.
    Service service = new Service(named, address(host), end, secure ? curl.trust() : null);
    return new ProbeOptions(
        new Interference.Options(
            service,
            shortMessage,
            longMessage,
            levels,
            rate,
            1,
            connections,
            warmup,
            seconds,
            closedSeconds,
            timeout,
            longTimeout,
            recovery),
        http ? shortPath : "'" + shortOne + "'",
        http ? pathOf("--long", longOne, uri) : "'" + longOne + "'",
        expectations,
        OwnCommand.typed(spec),
        out);
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getScheme() == null || !SCHEMES.containsKey(uri.getScheme())) {
        throw new IllegalArgumentException(
            "%s: write tcp://HOST:PORT, tls://HOST:PORT, http://HOST:PORT/PATH or https://…"
                .formatted(text));
      }
      if (uri.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "TARGET has a user in it; pass -H 'Authorization: …' instead");
      }
      if (uri.getHost() == null || uri.getFragment() != null) {
        throw new IllegalArgumentException(
            "%s: no host in it, or a fragment; write %s://HOST:PORT"
                .formatted(text, uri.getScheme()));
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "%s: is no URL, %s; encode such characters as %%20"
              .formatted(text, e.getReason().toLowerCase(Locale.ROOT)),
          e);
    }
  }

  private static String path(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** A path of the target's, or a URL that must be of the same server. */
  private static String pathOf(String option, String text, URI target) {
    String server = target.getScheme() + "://" + target.getRawAuthority();
    URI uri = uri(text.startsWith("/") ? server + text : text);
    if (!target.getScheme().equals(uri.getScheme())
        || !target.getRawAuthority().equals(uri.getRawAuthority())) {
      throw new IllegalArgumentException(
          "%s: %s is another server than %s; short and long ones must meet in one"
              .formatted(option, text, server));
    }
    return path(uri);
  }

  private AnswerEnd answerEnd() {
    if (answerEnds.startsWith("size:")) {
      try {
        return AnswerEnd.after(Integer.parseInt(answerEnds.substring("size:".length())));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "--answer-ends: '%s' needs a number of bytes".formatted(answerEnds), e);
      }
    }
    if (answerEnds.startsWith("quiet:")) {
      return AnswerEnd.whenQuietFor(
          new Durations().convert(answerEnds.substring("quiet:".length())));
    }
    return AnswerEnd.with(Escapes.bytes(answerEnds));
  }

  private InetAddress address(String host) {
    try {
      InetAddress[] addresses = InetAddress.getAllByName(host);
      boolean loopback = Arrays.stream(addresses).allMatch(InetAddress::isLoopbackAddress);
      if (!loopback && !owned) {
        throw new CommandFailure(
            ExitCode.MISUSED,
            "%s is not on this machine's loopback, and a probe is a load; pass --i-own-this-server if it is yours"
                .formatted(host));
      }
      return addresses[0];
    } catch (UnknownHostException _) {
      throw new CommandFailure(
          ExitCode.UNREACHABLE, "%s: host unknown; check its name".formatted(host));
    }
  }
}
