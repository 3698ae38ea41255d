// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.BitSet;

/**
 * On which processors Linux may run a thread of this process. Apart from {@link Linux}, because few
 * need it and each native call takes time to link.
 */
final class Affinity {
  /** As many processors as Linux can be built for. */
  private static final int MOST_PROCESSORS = 8192;

  private static final MethodHandle GET = link("sched_getaffinity");
  private static final MethodHandle SET = link("sched_setaffinity");

  /** Those of the process when this class was loaded. */
  private static final BitSet ALL = get((int) ProcessHandle.current().pid());

  private Affinity() {}

  private static MethodHandle link(String name) {
    return Linux.link(
        name,
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
        Linker.Option.critical(true));
  }

  static int processors() {
    return ALL.cardinality();
  }

  /** Binds a thread to the processor that has so many before it. A refusal changes nothing. */
  static void bind(int threadId, int processor) {
    BitSet one = new BitSet();
    one.set(ALL.stream().skip(processor).findFirst().orElseThrow());
    set(threadId, one);
  }

  static void unbind(int threadId) {
    set(threadId, ALL);
  }

  /** Empty if the system does not tell. */
  static BitSet get(int threadId) {
    long[] mask = new long[MOST_PROCESSORS / Long.SIZE];
    try {
      int bytes =
          (int) GET.invokeExact(threadId, MOST_PROCESSORS / 8L, MemorySegment.ofArray(mask));
      return bytes < 0 ? new BitSet() : BitSet.valueOf(mask);
    } catch (Throwable e) {
      throw Linux.rethrow(e);
    }
  }

  private static void set(int threadId, BitSet processors) {
    long[] mask = Arrays.copyOf(processors.toLongArray(), MOST_PROCESSORS / Long.SIZE);
    try {
      int ignored =
          (int) SET.invokeExact(threadId, MOST_PROCESSORS / 8L, MemorySegment.ofArray(mask));
    } catch (Throwable e) {
      throw Linux.rethrow(e);
    }
  }
}
