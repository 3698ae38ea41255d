// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import dev.overtake.live.LiveOptions;
import dev.overtake.live.LivePage;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The live page. */
@Command(
    name = "live",
    description =
        "Serves a page, to this machine alone, on which several models answer the same short"
            + " requests side by side while you send long ones. Ends with Ctrl-C, or when nobody"
            + " watches any more.",
    footer = {
      "",
      "Example: start it, then open the address that it prints in a browser of this machine",
      "  overtake live"
    })
final class LiveCommand implements Callable<@Nullable Void> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8025",
      description =
          "Where the page is; if that port is taken, on a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--linger",
      paramLabel = "DURATION",
      defaultValue = "60s",
      converter = Durations.class,
      description =
          "How long everything goes on when the last viewer has gone, up to a day (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration linger;

  @Option(
      names = "--servers",
      paramLabel = "COUNT",
      defaultValue = "6",
      description = "How many models may run at once, from 2 to 6 (default: ${DEFAULT-VALUE}).")
  private int servers;

  @Option(
      names = "--python",
      paramLabel = "CMD",
      defaultValue = "python3",
      description = "What starts CPython, or none to leave it out (default: ${DEFAULT-VALUE}).")
  private String python;

  @Option(names = "--json", description = "Print the address as JSON.")
  private boolean json;

  @Override
  public @Nullable Void call() throws IOException, InterruptedException {
    LiveOptions options =
        CommandFailure.misusedUnless(() ->
            new LiveOptions(
                OwnCommand.words(), port, python.equals("none") ? null : python, servers, linger));
    PrintWriter err = spec.commandLine().getErr();
    try (LivePage page = LivePage.start(options)) {
      Signals.onStop(page::stop, () -> {});
      int actual = page.address().getPort();
      if (port != 0 && actual != port) {
        err.printf("port %d is taken, so the page is on port %d%n", port, actual);
      }
      announce("http://127.0.0.1:%d/".formatted(actual));
      page.await();
    }
    return null;
  }

  private void announce(String address) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? Json.of(new Announcement(address)) : "live page at " + address);
    out.flush();
  }

  /**
   * What {@code --json} prints.
   *
   * @param address of the page
   */
  record Announcement(String address) {}
}
