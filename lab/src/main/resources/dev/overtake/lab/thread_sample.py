# SPDX-License-Identifier: Apache-2.0
"""Starts threads that wait and tells what memory the process has with them.

Arguments: a thread's stack size in bytes, 0 for the system's own; "objects" to count Python's own
bytes or "process" not to, for the counting takes memory as well; how many threads there shall be, in
ascending order. Prints a line for none and for each number: threads, bytes reserved, bytes
resident, bytes allocated by Python.
"""

import gc
import re
import sys
import threading
import tracemalloc

for_ever = threading.Event()


def wait(waiting):
    waiting.release()
    for_ever.wait()


def tell(threads):
    gc.collect()
    objects = tracemalloc.get_traced_memory()[0]
    with open("/proc/self/status") as file:
        status = file.read()
    size, resident = (int(re.search(name + r":\s+(\d+)", status).group(1)) * 1024 for name in ("VmSize", "VmRSS"))
    print(threads, size, resident, objects, flush=True)


threading.stack_size(int(sys.argv[1]))
if sys.argv[2] == "objects":
    tracemalloc.start()


def start(threads):
    waiting = threading.Semaphore(0)
    for _ in range(threads):
        threading.Thread(target=wait, args=(waiting,), daemon=True).start()
    for _ in range(threads):
        waiting.acquire()


start(1)
tell(0)
started = 0
for wanted in map(int, sys.argv[3:]):
    start(wanted - started)
    started = wanted
    tell(started)
