"""Run as a program: becomes the program it is given, which ends when its parent does, however that ends.

`python -I tether.py PARENT PROGRAM ARGUMENTS…`; PARENT is the parent's process id. On systems without PR_SET_PDEATHSIG
the program may be left over; whoever starts the next front finds and ends it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(words: list[str]) -> None:
    parent, program, *arguments = words
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it ended before we could say that we depend on it
        sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
