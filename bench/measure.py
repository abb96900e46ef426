"""Runs a command without its output: prints its seconds, its seconds of the processor, and the most memory
that it had, in MiB. A process of its own, which is small: memory is counted from the fork on.

Usage: python3 -I -S measure.py COMMAND...
"""

import os
import sys
import time

start = time.monotonic()
child = os.fork()
if child == 0:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
seconds = time.monotonic() - start
unit = 1 if sys.platform == "darwin" else 1024
print(f"{seconds:.4f} {used.ru_utime + used.ru_stime:.4f} {used.ru_maxrss * unit / 2**20:.1f}")
sys.exit(1 if status else 0)
