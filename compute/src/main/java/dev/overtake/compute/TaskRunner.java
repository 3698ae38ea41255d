// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs what frames ask for, and writes down what came of it. Not thread-safe; one task after the
 * other.
 */
final class TaskRunner {
  private final List<String> admitted;
  private final int frameLimit;
  private final ClassLoader loader;
  private final FrameWriter writer;
  private @Nullable ObjectReader objects; // made when needed, dropped when it has failed

  /**
   * Makes a runner.
   *
   * @param admitted as for {@link Admission}
   * @param frameLimit of a task's and an answer's bytes
   * @param loader finds the classes of tasks
   */
  TaskRunner(List<String> admitted, int frameLimit, ClassLoader loader) {
    this.admitted = admitted;
    this.frameLimit = frameLimit;
    this.loader = loader;
    writer = new FrameWriter(frameLimit);
  }

  /**
   * Runs a task on the calling thread. Whatever goes wrong is in the answer.
   *
   * @param turn which the answer will name
   * @param frame of a task, from its type on
   * @param ended told when the task's own code has ended, before the answer is written
   * @return the answer's frame, valid until the next task
   */
  ByteBuffer run(long turn, ByteBuffer frame, Runnable ended) throws IOException {
    Object result = null;
    Throwable failure = null;
    long runNanos = -1;
    Thread.currentThread().setContextClassLoader(loader);
    try {
      byte type = frame.get();
      long version = type == Frames.REMOTE_CALL ? frame.getLong() : ClassVersions.UNKNOWN;
      Object work = read(frame);
      ClassVersions.check(work, version);
      long begunNanos = System.nanoTime();
      try {
        if (type == Frames.RUN) {
          ((Runnable) work).run();
        } else {
          result = ((Callable<?>) work).call();
        }
      } finally {
        runNanos = System.nanoTime() - begunNanos;
      }
    } catch (Throwable e) {
      failure = e;
    }
    ended.run();
    return answer(turn, runNanos, result, failure);
  }

  private Object read(ByteBuffer frame) throws IOException {
    ObjectReader usable =
        objects != null ? objects : new ObjectReader(new Admission(admitted, frameLimit), loader);
    objects = null; // unless all goes well
    try {
      Object work = usable.read(frame);
      objects = usable;
      return work;
    } catch (IOException e) {
      throw new IOException("task can't be read by its worker: " + e.getMessage(), e);
    }
  }

  private ByteBuffer answer(
      long turn, long runNanos, @Nullable Object result, @Nullable Throwable failure)
      throws IOException {
    if (failure != null) {
      return failure(turn, runNanos, failure);
    }
    try {
      return writer.begin(Frames.RESULT).number(turn).number(runNanos).value(result).end();
    } catch (NotSerializableException e) {
      String what = "result can't be serialized, no Serializable: " + e.getMessage();
      return failure(turn, runNanos, new IOException(what, e));
    } catch (FrameWriter.FrameTooLargeException e) {
      return failure(turn, runNanos, new IOException("result is " + e.getMessage(), e));
    } catch (Exception | StackOverflowError e) {
      String what = "result can't be serialized: " + Descriptions.oneLine(e);
      return failure(turn, runNanos, new IOException(what, e));
    }
  }

  private ByteBuffer failure(long turn, long runNanos, Throwable failure) throws IOException {
    String line = Descriptions.oneLine(failure);
    try {
      return failure(turn, runNanos, line, failure);
    } catch (Exception | StackOverflowError _) {
      // It holds something that can't travel; what can be told of it does.
      return failure(turn, runNanos, line, TaskFailure.of(failure));
    }
  }

  private ByteBuffer failure(long turn, long runNanos, String line, Throwable failure)
      throws IOException {
    return writer
        .begin(Frames.FAILURE)
        .number(turn)
        .number(runNanos)
        .text(line)
        .object(failure)
        .end();
  }
}
