"""A worker that is none: it says what a worker says, and ends as it is told. `python toy_worker.py HOW ORDER`."""

from __future__ import annotations

import json
import select
import signal
import socket
import sys
import time


def main(how: str, order: str) -> None:
    line = socket.socket(fileno=json.loads(order)["line"])
    if how == "fails":
        sys.exit(1)
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how != "slow":
        line.send(b"r")
    while True:
        ready, _, _ = select.select([line], [], [], 0.05)
        if ready:
            said = line.recv(64)
            if not said or (b"l" in said and how != "stubborn"):
                sys.exit(0)
        if how != "hangs":
            line.send(b"a")
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
