"""The process that looks into documents: `python -P -m limen.data.extraction.worker`, run by `pool.py`.

It gets a socket as standard input: first its scanner and its memory, then one document after the other, each as an open
file. Before the first it gives up everything else. Where the socket ends, it ends.
"""

from __future__ import annotations

import codecs
import encodings
import os
import pickle
import signal
import socket
from contextlib import suppress
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from PIL import Image

from limen import confinement
from limen.data.extraction.frames import BrokenOffError, LabelOrder, Ready, encoded, order_in, receive, send
from limen.data.extraction.inspecting import inspect_bytes, inspect_open, read_open
from limen.data.extraction.labelling import with_label
from limen.data.extraction.limits import Limits
from limen.data.scanning.text_scanner import TextScanner

MEMORY: Final = 768 << 20
"""Bytes of address space: Python, its libraries and the scanner take a third of it."""

OOM_SCORE: Final = "/proc/self/oom_score_adj"


def main() -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # a terminal and a service tell all of us; the socket ends this one
    link = socket.socket(fileno=os.dup(0))
    frame, _ = receive(link)
    scanner: TextScanner = pickle.loads(frame)  # noqa: S301 -- from `pool`, which has the other end
    _be_ended_first()
    _make_ready(scanner)
    held = confinement.confine(memory=MEMORY, files=link.fileno() + 2)  # one for the document
    send(link, encoded(Ready(frozenset(held))))
    try:
        while True:
            _serve(link, scanner)
    except (BrokenOffError, OSError):
        return


def _be_ended_first() -> None:
    """Where memory runs out, the kernel ends this process, and not the one that decides (proc(5), oom_score_adj)."""
    with suppress(OSError), Path(OOM_SCORE).open("w") as file:
        file.write("1000")


def _serve(link: socket.socket, scanner: TextScanner) -> None:
    frame, file = receive(link)
    order = order_in(frame)
    if file is None:
        raise BrokenOffError
    try:
        confinement.more_processor_time(order.processor_seconds)
        if isinstance(order, LabelOrder):
            answer = encoded(with_label(read_open(file, order.length), order.word, order.mark))
        else:
            answer = encoded(inspect_open(scanner, file, order.length, order.name, order.limits))
    finally:
        os.close(file)
    send(link, answer)


def _make_ready(scanner: TextScanner) -> None:
    """Import what is imported when it is first needed: later no file can be opened."""
    for name in {one.name for one in iter_modules(encodings.__path__)}:
        try:
            codecs.lookup(name)
        except LookupError:
            continue  # one of another system
    Image.init()
    for sample in _SAMPLES:
        inspect_bytes(scanner, sample, "", Limits())
        with_label(sample, "public", "")


_SAMPLES: Final = (
    b"Subject: =?utf-8?q?a?=\nFrom: a@harbor.example\nContent-Type: text/html\n\n<p>a</p>",
    b"<?xml version='1.0'?><a/>",
    b"%PDF-1.4\n",
    b"GIF89a\1\0\1\0\0\0\0;",
)


if __name__ == "__main__":
    main()
