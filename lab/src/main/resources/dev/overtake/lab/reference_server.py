# SPDX-License-Identifier: Apache-2.0
"""The lab's CPython server: one handler, under threads or one client after the other.

It is the plainest server one would write with the standard library, so that what is measured is
CPython and not our cleverness: blocking sockets, a thread per connection, the integer in, the
answer and a newline out. Needs Python 3.7 or newer and nothing else.
"""

import argparse
import concurrent.futures
import functools
import multiprocessing
import os
import platform
import signal
import socket
import sys
import threading
import time

LARGEST_REQUEST = 64 * 1024


def fib(n):
    return 1 if n <= 2 else fib(n - 1) + fib(n - 2)


class Compute:
    """Where fib is computed: inline, threads:N, processes:N, or threshold:K,... for what is above K."""

    def __init__(self, spelling):
        self.spelling = spelling
        self.greatest_inline = 0
        self.pool = None
        head, _, rest = spelling.partition(",")
        kind, _, number = head.partition(":")
        if kind == "threshold" and rest:
            self.greatest_inline = int(number)
            kind, _, number = rest.partition(":")
        if kind == "inline" and not number:
            return
        if kind == "threads":
            self.pool = concurrent.futures.ThreadPoolExecutor(int(number))
        elif kind == "processes":
            # Before there are threads and sockets, which forked workers would have as well.
            self.pool = concurrent.futures.ProcessPoolExecutor(
                int(number), initializer=end_with, initargs=(os.getpid(),))
            concurrent.futures.wait(
                [self.pool.submit(time.sleep, 0.05) for _ in range(int(number))])
        else:
            raise ValueError("compute unknown: %s; choose one of inline, threads:N, processes:N, "
                             "threshold:K,COMPUTE" % spelling)

    def fib(self, n):
        if self.pool is None or n <= self.greatest_inline:
            return fib(n)
        return self.pool.submit(fib, n).result()


def end_with(parent):
    """Ends this worker soon after its parent: it would wait for tasks for ever."""

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


compute = Compute("inline")


def fib_answer(request):
    try:
        n = int(request)
    except ValueError:
        return b"error: not an integer\n"
    if not 1 <= n <= 92:
        return b"error: n must be from 1 to 92\n"
    return b"%d\n" % compute.fib(n)


def search_answer(request):
    """Looks for what is not there: a single instruction, however many numbers there are."""
    try:
        n = int(request)
    except ValueError:
        return b"error: not an integer\n"
    return b"yes\n" if "spam" in range(n) else b"no\n"


def serve_numbers(answer, connection):
    """Answers integers. Newlines separate requests; a chunk that has none is a request as it stands."""
    unfinished = b""
    while True:
        chunk = connection.recv(1000)
        if not chunk:
            return
        lines = (unfinished + chunk).split(b"\n")
        unfinished = lines.pop() if len(lines) > 1 or unfinished else b""
        if len(unfinished) > LARGEST_REQUEST:
            connection.sendall(b"error: request too long\n")
            return
        answers = b"".join(answer(line) for line in lines if line.strip())
        if answers:
            connection.sendall(answers)


def serve_echo(connection):
    while True:
        chunk = connection.recv(1000)
        if not chunk:
            return
        connection.sendall(chunk)


def recurse(levels):
    # By way of map(), which is written in C: plain calls no longer use the thread's own stack.
    return 0 if levels == 0 else 1 + next(map(recurse, (levels - 1,)))


def deepest():
    depth = 0

    def deeper(_):
        nonlocal depth
        depth += 1
        next(map(deeper, (None,)))

    try:
        deeper(None)
    except RecursionError:
        return depth


def serve_recursion(connection):
    """Answers a number with that number, after as many levels of recursion; 0 with how many there can be."""
    while True:
        chunk = connection.recv(1000)
        if not chunk:
            return
        levels = int(chunk)
        connection.sendall(b"%d\n" % (recurse(levels) if levels else deepest()))


HANDLERS = {
    "fib": functools.partial(serve_numbers, fib_answer),
    "search": functools.partial(serve_numbers, search_answer),
    "echo": serve_echo,
    "recursion": serve_recursion,
}


def attend(handler, connection):
    """Runs the handler; a client that resets its connection costs that connection and no line."""
    with connection:
        try:
            handler(connection)
        except OSError:
            return


def accept_sequential(listener, handler):
    while True:
        connection, _ = listener.accept()
        attend(handler, connection)


def accept_threads(listener, handler):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=attend, args=(handler, connection), daemon=True).start()


MODELS = {"sequential": accept_sequential, "threads": accept_threads}


def prefork(processes):
    """Returns in that many copies of this process, which accept from the one socket and end with it."""
    watched, held = os.pipe()
    for _ in range(processes):
        if os.fork() == 0:
            os.close(held)
            # The end of the pipe is the end of the process that holds it, whatever ended that.
            threading.Thread(target=lambda: os._exit(len(os.read(watched, 1))), daemon=True).start()
            return
    while True:
        signal.pause()


def leave(*_):
    # Not sys.exit(): threads in the middle of a long computation would be waited for.
    sys.stdout.flush()
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("handler", choices=sorted(HANDLERS))
    arguments.add_argument("--model", choices=sorted(MODELS), default="threads")
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--processes", type=int, default=1)
    arguments.add_argument("--backlog", type=int, default=128)
    arguments.add_argument("--compute", default="inline", help=Compute.__doc__)
    arguments.add_argument(
        "--switch-interval", type=float, metavar="SECONDS",
        help="how long a waiting thread leaves the holder of the interpreter lock alone")
    arguments.add_argument(
        "--recursion-limit", type=int, metavar="LEVELS", default=sys.getrecursionlimit(),
        help="how deep functions may call each other before it is an error")
    chosen = arguments.parse_args()
    sys.setrecursionlimit(chosen.recursion_limit)
    if chosen.switch_interval is not None:
        sys.setswitchinterval(chosen.switch_interval)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    global compute
    try:
        compute = Compute(chosen.compute)
    except (OSError, ValueError) as problem:
        sys.exit("--compute %s: %s" % (chosen.compute, problem))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((chosen.host, chosen.port))
        listener.listen(chosen.backlog)
    except OSError as problem:
        sys.exit("listener %s:%d: cannot bind, %s; pass another --port"
                 % (chosen.host, chosen.port, problem.strerror))
    host, port = listener.getsockname()[:2]
    print("listening on %s:%d handler=%s model=%s processes=%d compute=%s python=%s-%s switch-interval=%g"
          % (host, port, chosen.handler, chosen.model, chosen.processes, chosen.compute,
             platform.python_implementation(),
             platform.python_version(), sys.getswitchinterval()), flush=True)
    if chosen.processes > 1:
        prefork(chosen.processes)
    MODELS[chosen.model](listener, HANDLERS[chosen.handler])


if __name__ == "__main__":
    main()
