// SPDX-License-Identifier: Apache-2.0
package dev.overtake.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;

class LatencyLogTest {
  private static final Instant START = Instant.ofEpochSecond(1_000_000);

  private static List<Interval> intervals() {
    var intervals = new ArrayList<Interval>();
    var timeline =
        new Timeline(
            List.of(
                new Timeline.Plan("warmup", 1_000_000_000), new Timeline.Plan("calm", 500_000_000)),
            1,
            500_000_000,
            (phase, end) -> {},
            new LoadListener() {
              @Override
              public void interval(Interval interval) {
                intervals.add(interval);
              }
            });
    timeline.start(0);
    timeline.answered(1_200_000_000, 1_190_000_000);
    timeline.advance(1_500_000_000);
    return intervals;
  }

  @Test
  void whatIsWrittenCanBeReadWithItsTagsTimesAndValues() throws Exception {
    var out = new ByteArrayOutputStream();

    LatencyLog.write(out, START, intervals());

    var reader = new HistogramLogReader(new ByteArrayInputStream(out.toByteArray()));
    var tags = new ArrayList<String>();
    Histogram last = new Histogram(3);
    while (reader.nextIntervalHistogram() instanceof Histogram read) {
      tags.add(read.getTag());
      last = read;
    }
    assertThat(tags).containsExactly("warmup", "warmup", "calm");
    assertThat(last.getTotalCount()).isEqualTo(1);
    assertThat(last.getMaxValue()).isCloseTo(10_000_000, within(100_000L));
    assertThat(last.getStartTimeStamp()).isEqualTo(START.toEpochMilli());
    assertThat(last.getEndTimeStamp()).isEqualTo(START.toEpochMilli() + 500);
  }

  @Test
  void aStreamThatRefusesIsSaidSo() {
    var full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };

    assertThatIOException()
        .isThrownBy(() -> LatencyLog.write(full, START, intervals()))
        .withMessage("the latency log could not be written to its end");
  }
}
