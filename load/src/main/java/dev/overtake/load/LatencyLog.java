// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** Writes intervals in HdrHistogram's log format, which other tools read and merge. */
public final class LatencyLog {
  private static final double NANOS_PER_MILLI = 1e6; // the format's unit for the column of maxima

  private LatencyLog() {}

  /**
   * Writes one line per interval, tagged with its phase. Values are nanoseconds.
   *
   * @param out where to; flushed, not closed
   * @param startedAt when the first measured phase began
   * @param intervals what to write, in their order
   * @throws IOException if the stream refuses; how much it took is unknown
   */
  public static void write(OutputStream out, Instant startedAt, List<Interval> intervals)
      throws IOException {
    var printer = new PrintStream(out, false, StandardCharsets.US_ASCII);
    var writer = new HistogramLogWriter(printer);
    double startSeconds = startedAt.toEpochMilli() / 1e3;
    writer.outputComment("[Values are latencies in nanoseconds; the tag is the phase]");
    writer.outputLogFormatVersion();
    writer.outputStartTime(startedAt.toEpochMilli());
    writer.outputLegend();
    for (Interval interval : intervals) {
      Histogram tagged = interval.latencies().copy();
      tagged.setTag(interval.phase());
      double from = startSeconds + interval.startSeconds();
      writer.outputIntervalHistogram(from, from + interval.seconds(), tagged, NANOS_PER_MILLI);
    }
    // A PrintStream swallows what its stream throws and only remembers that it did.
    if (printer.checkError()) {
      throw new IOException("the latency log could not be written to its end");
    }
  }
}
