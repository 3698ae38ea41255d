// SPDX-License-Identifier: Apache-2.0
package dev.overtake.scheduler;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The Linux system calls that event loops need and the JDK does not offer, one static method each.
 *
 * <p>Loading this class fails with an error where the system is not Linux or native access is
 * refused; {@link Os#current()} tries it once and falls back.
 *
 * <p>Calls that return at once are linked as critical: no thread state transition, and Java arrays
 * may be passed as they are. Calls that may wait ({@link #epollWait}, {@link #accept}) are not, so
 * that a waiting thread never delays a safepoint.
 */
final class Linux {
  static final int EAGAIN = 11;
  static final int EINTR = 4;
  static final int EPERM = 1;
  static final int SOL_SOCKET = 1;
  static final int SO_REUSEADDR = 2;
  static final int EPOLLIN = 0x1;
  static final int EPOLLPRI = 0x2;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLERR = 0x8;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLRDHUP = 0x2000;
  static final int EPOLLET = 1 << 31;
  static final short POLLIN = 0x1;
  static final int POLLED_FILE_BYTES = 8;
  static final int EPOLL_EVENT_BYTES;
  static final int EPOLL_DATA_OFFSET;

  private static final int SO_RCVTIMEO = 20;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int TFD_NONBLOCK = 0x800;
  private static final int TFD_CLOEXEC = 0x80000;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int PR_SET_TIMERSLACK = 29;
  private static final long SYS_SCHED_SETATTR;
  static final long SYS_TGKILL;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option QUICK = Linker.Option.critical(true);
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private static final MethodHandle RECV =
      link(
          "recv",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          QUICK,
          ERRNO);
  private static final MethodHandle SEND =
      link(
          "send",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          QUICK,
          ERRNO);
  private static final MethodHandle WRITE =
      link("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), QUICK);
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      link("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK);
  private static final MethodHandle SOCKET =
      link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle BIND =
      link("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle LISTEN =
      link("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle ACCEPT4 =
      link("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT), ERRNO);
  private static final MethodHandle GETSOCKNAME =
      link(
          "getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS), QUICK, ERRNO);
  private static final MethodHandle SETSOCKOPT =
      link(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
          QUICK,
          ERRNO);
  private static final MethodHandle GETSOCKOPT =
      link(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
          QUICK,
          ERRNO);
  private static final MethodHandle DUP =
      link("dup", FunctionDescriptor.of(JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle DUP2 =
      link("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle EPOLL_CREATE =
      link("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle EPOLL_CTL =
      link(
          "epoll_ctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
          QUICK,
          ERRNO);
  private static final MethodHandle EPOLL_WAIT =
      link("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_WAIT_QUICK =
      link(
          "epoll_wait",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          QUICK);
  private static final MethodHandle EVENTFD =
      link("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle TIMERFD_CREATE =
      link("timerfd_create", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK, ERRNO);
  private static final MethodHandle TIMERFD_SETTIME =
      link(
          "timerfd_settime",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
          QUICK);
  private static final MethodHandle PPOLL =
      link("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  private static final MethodHandle READ =
      link("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), QUICK);
  private static final MethodHandle GETTID = link("gettid", FunctionDescriptor.of(JAVA_INT), QUICK);
  private static final MethodHandle CLOCK_GETTIME =
      link("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS), QUICK);
  private static final MethodHandle GETPRIORITY =
      link("getpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), QUICK);
  private static final MethodHandle SETPRIORITY =
      link("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), QUICK);
  private static final MethodHandle SCHED_SETSCHEDULER =
      link(
          "sched_setscheduler",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
          QUICK);
  private static final MethodHandle PRCTL =
      link(
          "prctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
          QUICK,
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle SYSCALL_SETATTR =
      link(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT),
          QUICK,
          Linker.Option.firstVariadicArg(1));

  static {
    String arch = System.getProperty("os.arch", "");
    if (!System.getProperty("os.name", "").startsWith("Linux")) {
      throw new UnsupportedOperationException("not Linux");
    }
    switch (arch) {
      case "amd64", "x86_64" -> {
        EPOLL_EVENT_BYTES = 12; // packed on x86-64 only
        EPOLL_DATA_OFFSET = 4;
        SYS_SCHED_SETATTR = 314;
        SYS_TGKILL = 234;
      }
      case "aarch64", "riscv64" -> {
        EPOLL_EVENT_BYTES = 16;
        EPOLL_DATA_OFFSET = 8;
        SYS_SCHED_SETATTR = 274;
        SYS_TGKILL = 131;
      }
      default -> throw new UnsupportedOperationException("unknown architecture " + arch);
    }
  }

  private Linux() {}

  static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
  }

  /** What a call leaves in errno. */
  static final class Errno {
    private final int[] value = new int[1];
    private final MemorySegment segment = MemorySegment.ofArray(value);

    int value() {
      return value[0];
    }
  }

  /**
   * Receives without waiting.
   *
   * @return the number of bytes, 0 at the end of the stream, or the negative errno
   */
  static int recv(int fd, byte[] buffer, int offset, int length) {
    // Errno is taken with every call: a failure is told once, and the next call succeeds.
    Errno errno = new Errno();
    MemorySegment segment = MemorySegment.ofArray(buffer).asSlice(offset, length);
    try {
      long n = (long) RECV.invokeExact(errno.segment, fd, segment, (long) length, 0);
      return n >= 0 ? (int) n : -errno.value();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * Sends without waiting and without a signal.
   *
   * @return the number of bytes the system took, or the negative errno
   */
  static int send(int fd, byte[] bytes, int offset, int length) {
    Errno errno = new Errno();
    MemorySegment segment = MemorySegment.ofArray(bytes).asSlice(offset, length);
    try {
      long n = (long) SEND.invokeExact(errno.segment, fd, segment, (long) length, MSG_NOSIGNAL);
      return n >= 0 ? (int) n : -errno.value();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Ends both directions, or one: 0 reading, 1 writing, 2 both. */
  static void shutdown(int fd, int how) {
    try {
      int ignored = (int) SHUTDOWN.invokeExact(fd, how);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static int socket(int family) throws IOException {
    Errno errno = new Errno();
    try {
      int fd = (int) SOCKET.invokeExact(errno.segment, family, 1 | SOCK_CLOEXEC, 0);
      return checked("socket", fd, errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /** Returns 0 or the negative errno. */
  static int bind(int fd, byte[] address) {
    Errno errno = new Errno();
    try {
      int r =
          (int) BIND.invokeExact(errno.segment, fd, MemorySegment.ofArray(address), address.length);
      return r == 0 ? 0 : -errno.value();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static void listen(int fd, int backlog) throws IOException {
    Errno errno = new Errno();
    try {
      checked("listen", (int) LISTEN.invokeExact(errno.segment, fd, backlog), errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /**
   * Waits for a connection.
   *
   * @param address native memory of at least 28 bytes that receives the peer's address
   * @param length native memory of 4 bytes that holds the size of {@code address}
   * @param errno native memory for the call's state
   * @return the new non-blocking socket, or the negative errno
   */
  static int accept(int fd, MemorySegment address, MemorySegment length, MemorySegment errno) {
    try {
      int r = (int) ACCEPT4.invokeExact(errno, fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      return r >= 0 ? r : -errno.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static void socketName(int fd, byte[] address) throws IOException {
    Errno errno = new Errno();
    try {
      int r =
          (int)
              GETSOCKNAME.invokeExact(
                  errno.segment,
                  fd,
                  MemorySegment.ofArray(address),
                  MemorySegment.ofArray(new int[] {address.length}));
      checked("getsockname", r, errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  static void setOption(int fd, int level, int name, int value) throws IOException {
    Errno errno = new Errno();
    try {
      int r =
          (int)
              SETSOCKOPT.invokeExact(
                  errno.segment, fd, level, name, MemorySegment.ofArray(new int[] {value}), 4);
      checked("setsockopt", r, errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /**
   * Lets the calls that wait for this socket give up after a time; the time is the socket's own.
   */
  static void receiveTimeout(int fd, long nanos) throws IOException {
    long[] timeval = {nanos / 1_000_000_000, nanos % 1_000_000_000 / 1_000};
    Errno errno = new Errno();
    try {
      int r =
          (int)
              SETSOCKOPT.invokeExact(
                  errno.segment, fd, SOL_SOCKET, SO_RCVTIMEO, MemorySegment.ofArray(timeval), 16);
      checked("setsockopt", r, errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  static boolean listens(int fd) {
    int[] listens = new int[1];
    Errno errno = new Errno();
    try {
      int r =
          (int)
              GETSOCKOPT.invokeExact(
                  errno.segment,
                  fd,
                  SOL_SOCKET,
                  SO_ACCEPTCONN,
                  MemorySegment.ofArray(listens),
                  MemorySegment.ofArray(new int[] {4}));
      return r == 0 && listens[0] != 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Gives an open file a second number. */
  static int dup(int fd) throws IOException {
    Errno errno = new Errno();
    try {
      return checked("dup", (int) DUP.invokeExact(errno.segment, fd), errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /** Gives an open file a certain second number, which programs started later inherit. */
  static void dup2(int fd, int number) throws IOException {
    Errno errno = new Errno();
    try {
      checked("dup2", (int) DUP2.invokeExact(errno.segment, fd, number), errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  static int epollCreate() throws IOException {
    Errno errno = new Errno();
    try {
      return checked(
          "epoll_create1", (int) EPOLL_CREATE.invokeExact(errno.segment, SOCK_CLOEXEC), errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /** Adds a file to an epoll instance; the file's number is the event's data. */
  static void epollAdd(int epoll, int fd, int events) throws IOException {
    int[] event = new int[EPOLL_EVENT_BYTES / 4];
    event[0] = events;
    event[EPOLL_DATA_OFFSET / 4] = fd;
    Errno errno = new Errno();
    try {
      int r =
          (int) EPOLL_CTL.invokeExact(errno.segment, epoll, 1, fd, MemorySegment.ofArray(event));
      checked("epoll_ctl", r, errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /** Waits for events up to a time; returns their number, 0 too when a signal interrupted it. */
  static int epollWait(int epoll, MemorySegment events, int maxEvents, int timeoutMillis) {
    try {
      int n =
          timeoutMillis == 0
              ? (int) EPOLL_WAIT_QUICK.invokeExact(epoll, events, maxEvents, 0)
              : (int) EPOLL_WAIT.invokeExact(epoll, events, maxEvents, timeoutMillis);
      return Math.max(n, 0);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static int eventfd() throws IOException {
    Errno errno = new Errno();
    try {
      return checked(
          "eventfd",
          (int) EVENTFD.invokeExact(errno.segment, 0, EFD_NONBLOCK | EFD_CLOEXEC),
          errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /** Adds one to an eventfd. Nobody need ever take it back: the count has 64 bits. */
  static void signal(int eventfd) {
    try {
      long ignored = (long) WRITE.invokeExact(eventfd, MemorySegment.ofArray(new long[] {1}), 8L);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Takes back what was added to an eventfd, or how often a timer went off; false if it is 0. */
  static boolean takeCount(int fd) {
    try {
      return (long) READ.invokeExact(fd, MemorySegment.ofArray(new long[1]), 8L) == 8;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static int timer() throws IOException {
    Errno errno = new Errno();
    try {
      return checked(
          "timerfd_create",
          (int)
              TIMERFD_CREATE.invokeExact(
                  errno.segment, CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
          errno);
    } catch (Throwable e) {
      throw rethrowIo(e);
    }
  }

  /**
   * Lets a timer go off once, after so many nanoseconds, and forgets whether it went off before.
   */
  static void setTimer(int timer, long nanos) {
    long[] once = {0, 0, nanos / 1_000_000_000, nanos % 1_000_000_000}; // interval, then delay
    try {
      int ignored =
          (int)
              TIMERFD_SETTIME.invokeExact(
                  timer, 0, MemorySegment.ofArray(once), MemorySegment.NULL);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * Waits until one of several files is readable, the time is over, or a signal comes.
   *
   * @param files native memory, {@link #POLLED_FILE_BYTES} for each: number, {@link #POLLIN}, 0
   * @param count how many files
   * @param timeout native memory for two longs: seconds and nanoseconds; NULL for no end
   */
  static void poll(MemorySegment files, int count, MemorySegment timeout) {
    try {
      int ignored = (int) PPOLL.invokeExact(files, (long) count, timeout, MemorySegment.NULL);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  static int gettid() {
    try {
      return (int) GETTID.invokeExact();
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Returns the CPU time of one thread of this process in nanoseconds, or -1 if it is gone. */
  static long threadCpuNanos(int tid) {
    long[] time = new long[2];
    try {
      // The kernel's encoding of "scheduler clock of that thread" as a clock id.
      int r = (int) CLOCK_GETTIME.invokeExact((~tid << 3) | 6, MemorySegment.ofArray(time));
      return r == 0 ? time[0] * 1_000_000_000L + time[1] : -1;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** The nice value of the calling thread. */
  static int niceValue() {
    try {
      return (int) GETPRIORITY.invokeExact(0, 0);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Sets the nice value of one thread; false if refused. */
  static boolean nice(int tid, int nice) {
    try {
      return (int) SETPRIORITY.invokeExact(0, tid, nice) == 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Puts one thread under {@code SCHED_IDLE}; false if refused. */
  static boolean schedIdle(int tid) {
    try {
      return (int) SCHED_SETSCHEDULER.invokeExact(tid, 5, MemorySegment.ofArray(new int[] {0}))
          == 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /**
   * Sets nice value and time slice of one thread (Linux 6.12 and later honour the slice).
   *
   * @return false if refused, as on kernels that know no slices
   */
  static boolean niceAndSlice(int tid, int nice, long sliceNanos) {
    // struct sched_attr, first version: size, policy, flags (8 bytes), nice, priority, runtime.
    long[] attributes = new long[6];
    attributes[0] = 48; // size 48 in the low half, policy SCHED_OTHER (0) in the high half
    attributes[2] = nice & 0xFFFFFFFFL;
    attributes[3] = sliceNanos;
    try {
      long r =
          (long)
              SYSCALL_SETATTR.invokeExact(
                  SYS_SCHED_SETATTR, tid, MemorySegment.ofArray(attributes), 0);
      return r == 0;
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Sets by how much the calling thread's timed waits may be late, in nanoseconds. */
  static void timerSlack(long nanos) {
    try {
      int ignored = (int) PRCTL.invokeExact(PR_SET_TIMERSLACK, nanos);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static int checked(String call, int result, Errno errno) throws IOException {
    if (result < 0) {
      throw new IOException(call + ": " + describe(errno.value()));
    }
    return result;
  }

  /** Says an errno in words where they are common ones. */
  static String describe(int errno) {
    return switch (errno) {
      case 9 -> "socket closed";
      case 13 -> "permission denied";
      case 22 -> "invalid argument";
      case 24 -> "too many open files in this process (raise it with: ulimit -n)";
      case 23 -> "too many open files in the system";
      case 32 -> "broken pipe";
      case 98 -> "address already in use";
      case 99 -> "cannot assign requested address";
      case 103, 104 -> "connection reset";
      case 105, 12 -> "out of memory for sockets";
      case 110 -> "connection timed out";
      default -> "error " + errno;
    };
  }

  static RuntimeException rethrow(Throwable e) {
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(e); // a downcall throws nothing checked
  }

  private static IOException rethrowIo(Throwable e) {
    return e instanceof IOException io ? io : new IOException(rethrow(e));
  }
}
