"""`python -m limen.monitor.process.reader`: reads frames for the process that watches, which keeps what comes of them.

It is started and ended by `readers.py`, with a socket to that as standard input, and ends with it. It gets no key and
no secret, and writes nothing: whatever a stranger's bytes made of it would find little there.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
from contextlib import suppress

from limen import logs
from limen.monitor.normal_form.reading import events_in
from limen.monitor.process.batch import read_batch
from limen.monitor.process.reader_link import ReaderLink, Told
from limen.monitor.understanding import Understanding


def main() -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # a terminal and a service tell all of us; the link ends this one
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logs.begin(level="warning")
    with suppress(OSError):
        serve(ReaderLink(socket.socket(fileno=os.dup(0))))


def serve(link: ReaderLink) -> None:
    """Do what is asked, until the other end is gone. Raises OSError then."""
    understanding = Understanding(events_in)
    while True:
        order = link.order()
        if isinstance(order, Told):
            understanding.take(order.kind, order.value)
        else:
            link.send(read_batch(understanding.events, order.frames))


if __name__ == "__main__":
    main()
