// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import org.jgroups.logging.CustomLogFactory;
import org.jgroups.logging.Log;

/**
 * What the engine says, in our log, two levels lower: that a connection was refused or a member
 * does not answer is everyday to us, and told by us where it matters.
 */
record EngineLog(Logger logger) implements Log {
  /** Makes one for each class of the engine. */
  static final class Factory implements CustomLogFactory {
    @Override
    public Log getLog(Class<?> type) {
      return getLog(type.getName());
    }

    @Override
    public Log getLog(String category) {
      return new EngineLog(System.getLogger(category));
    }
  }

  private static final Level FATAL = Level.ERROR;
  private static final Level ERROR = Level.DEBUG;
  private static final Level WARN = Level.DEBUG;
  private static final Level INFO = Level.DEBUG;
  private static final Level DEBUG = Level.TRACE;

  @SuppressWarnings("AnnotateFormatMethod") // the engine's methods have no annotation either
  private void log(Level level, String format, Object... values) {
    if (logger.isLoggable(level)) {
      logger.log(level, values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }
  }

  @Override
  public boolean isFatalEnabled() {
    return logger.isLoggable(FATAL);
  }

  @Override
  public boolean isErrorEnabled() {
    return logger.isLoggable(ERROR);
  }

  @Override
  public boolean isWarnEnabled() {
    return logger.isLoggable(WARN);
  }

  @Override
  public boolean isInfoEnabled() {
    return logger.isLoggable(INFO);
  }

  @Override
  public boolean isDebugEnabled() {
    return logger.isLoggable(DEBUG);
  }

  @Override
  public boolean isTraceEnabled() {
    return logger.isLoggable(DEBUG);
  }

  @Override
  public void fatal(String message) {
    log(FATAL, message);
  }

  @Override
  public void fatal(String format, Object... values) {
    log(FATAL, format, values);
  }

  @Override
  public void fatal(String message, Throwable cause) {
    logger.log(FATAL, message, cause);
  }

  @Override
  public void error(String message) {
    log(ERROR, message);
  }

  @Override
  public void error(String format, Object... values) {
    log(ERROR, format, values);
  }

  @Override
  public void error(String message, Throwable cause) {
    logger.log(ERROR, message, cause);
  }

  @Override
  public void warn(String message) {
    log(WARN, message);
  }

  @Override
  public void warn(String format, Object... values) {
    log(WARN, format, values);
  }

  @Override
  public void warn(String message, Throwable cause) {
    logger.log(WARN, message, cause);
  }

  @Override
  public void info(String message) {
    log(INFO, message);
  }

  @Override
  public void info(String format, Object... values) {
    log(INFO, format, values);
  }

  @Override
  public void debug(String message) {
    log(DEBUG, message);
  }

  @Override
  public void debug(String format, Object... values) {
    log(DEBUG, format, values);
  }

  @Override
  public void debug(String message, Throwable cause) {
    logger.log(DEBUG, message, cause);
  }

  @Override
  public void trace(Object thing) {
    log(DEBUG, String.valueOf(thing));
  }

  @Override
  public void trace(String message) {
    log(DEBUG, message);
  }

  @Override
  public void trace(String format, Object... values) {
    log(DEBUG, format, values);
  }

  @Override
  public void trace(String message, Throwable cause) {
    logger.log(DEBUG, message, cause);
  }

  /** The user's own logging decides. */
  @Override
  public void setLevel(String level) {}

  @Override
  public String getLevel() {
    return "as the user's logging has it";
  }
}
