# SPDX-License-Identifier: Apache-2.0
"""Prints two functions as CPython's instructions: offset, name, operand."""

import dis
import platform
import sys

sys.path.insert(0, sys.argv[1])
from reference_server import fib


def countdown(n, say):
    while n > 0:
        say(n)
        n -= 1


print("version " + platform.python_version())
for function in fib, countdown:
    print("function " + function.__name__)
    for instruction in dis.get_instructions(function):
        print(instruction.offset, instruction.opname, instruction.argrepr.replace("\n", " "))
