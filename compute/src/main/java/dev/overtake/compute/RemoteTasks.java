// SPDX-License-Identifier: Apache-2.0
package dev.overtake.compute;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes bytes of tasks where they are asked for, and runs them where the bytes arrive: for those
 * who bring a {@link Compute} of their own. Both sides must agree on the limit; {@link RemoteTrip}
 * reads what {@link #run} returns. Thread-safe.
 *
 * <p>Only admitted classes come out of bytes, and a task whose class is another version where it
 * arrives fails there, with one line that says so.
 */
public final class RemoteTasks {
  private final List<String> admitted;
  private final int mostBytes;
  private final AtRest<FrameWriter> writers;
  private final AtRest<TaskRunner> runners;

  /**
   * Describes one side.
   *
   * @param mostBytes how large a task or a result may be when serialized, at least 1
   * @param admitted packages, each with all below it, or classes; empty for all of the class path
   * @param loader finds the classes of tasks that are run here
   */
  public RemoteTasks(int mostBytes, List<String> admitted, ClassLoader loader) {
    this.mostBytes = mostBytes;
    this.admitted = List.copyOf(admitted);
    writers = new AtRest<>(() -> new FrameWriter(mostBytes));
    runners = new AtRest<>(() -> new TaskRunner(this.admitted, mostBytes, loader));
  }

  /**
   * Makes bytes of a task.
   *
   * @param who takes the task, for the message
   * @param task what is to be run elsewhere
   * @return what {@link #run} takes
   * @throws RejectedExecutionException if it can't be serialized or is too large; the message says
   *     which in one line
   */
  public byte[] pack(Object who, Task<?> task) {
    return pack(
        who,
        task,
        writers,
        writer ->
            writer
                .begin(Frames.REMOTE_CALL)
                .number(ClassVersions.of(task.work()))
                .object(task.work())
                .end()
                .position(Frames.LENGTH_BYTES));
  }

  /** Fills a frame. */
  interface Packing {
    ByteBuffer pack(FrameWriter writer) throws IOException;
  }

  static byte[] pack(Object who, Task<?> task, AtRest<FrameWriter> writers, Packing packing) {
    FrameWriter writer = writers.take();
    try {
      ByteBuffer frame = packing.pack(writer);
      byte[] bytes = new byte[frame.remaining()];
      frame.get(bytes);
      writers.put(writer);
      return bytes;
    } catch (NotSerializableException e) {
      throw unsendable(who, task, "can't be serialized, no Serializable: " + e.getMessage(), e);
    } catch (FrameWriter.FrameTooLargeException e) {
      throw unsendable(who, task, "is " + e.getMessage(), e);
    } catch (Exception | StackOverflowError e) {
      throw unsendable(who, task, "can't be serialized: " + Descriptions.oneLine(e), e);
    }
  }

  private static RejectedExecutionException unsendable(
      Object who, Task<?> task, String why, Throwable cause) {
    return new RejectedExecutionException(
        "%s: %s %s".formatted(who, Descriptions.of(task), why), cause);
  }

  /**
   * Runs a task on the calling thread, which may be interrupted meanwhile. Whatever goes wrong with
   * it is in the answer.
   *
   * @param task made by {@link #pack}
   * @param ended told when the task's own code has ended: no interrupt is to follow
   * @return the answer, for {@link RemoteTrip#arrive}
   */
  public byte[] run(byte[] task, Runnable ended) {
    TaskRunner runner = runners.take();
    try {
      ByteBuffer frame = runner.run(0, ByteBuffer.wrap(task), ended);
      byte[] answer = Arrays.copyOfRange(frame.array(), Frames.LENGTH_BYTES, frame.limit());
      runners.put(runner);
      return answer;
    } catch (IOException e) {
      throw new AssertionError("a failure of a few lines fits", e);
    }
  }

  Admission admission() {
    return new Admission(admitted, mostBytes);
  }
}
