// SPDX-License-Identifier: Apache-2.0
package dev.overtake.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the server has logged at WARNING or above since this was made. */
final class LogLines implements AutoCloseable {
  private final Logger logger = Logger.getLogger(TcpServer.class.getName());
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
            lines.add(record.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  LogLines() {
    logger.setUseParentHandlers(false);
    logger.addHandler(collector);
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    logger.removeHandler(collector);
    logger.setUseParentHandlers(true);
  }
}
