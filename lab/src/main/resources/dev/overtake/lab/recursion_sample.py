# SPDX-License-Identifier: Apache-2.0
"""Calls itself in a thread until something ends it, and tells how deep it came.

Arguments: the thread's stack size in bytes, 0 for the system's own; the recursion limit, 0 for
CPython's own; "plain", or "through-c" to call itself by way of map(), which is written in C. Prints
the depth from time to time, for where the stack overflows no handler runs: the last line counts.
"""

import os
import sys
import threading

EVERY = 100
depth = 0


def plain():
    global depth
    depth += 1
    plain()


def through_c(_=None):
    global depth
    depth += 1
    if depth % EVERY == 0:
        os.write(1, b"%d\n" % depth)
    list(map(through_c, (None,)))


def until_ended(function):
    try:
        function()
    except RecursionError:
        os.write(1, b"%d\n" % depth)


threading.stack_size(int(sys.argv[1]))
sys.setrecursionlimit(int(sys.argv[2]) or sys.getrecursionlimit())
thread = threading.Thread(target=until_ended, args=({"plain": plain, "through-c": through_c}[sys.argv[3]],))
thread.start()
thread.join()
