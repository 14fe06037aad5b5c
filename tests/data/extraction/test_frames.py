"""Frames between whoever asks and the process: only what may be answered is taken."""

from __future__ import annotations

import os
import socket
import tempfile

import msgspec
import pytest

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction import frames
from limen.data.extraction.frames import BrokenOffError, Order, Ready, encoded, inspected_in, order_in, ready_in
from limen.data.extraction.limits import Limits
from limen.data.model import Confidence, Finding, Found


def test_what_is_sent_arrives_with_its_file() -> None:
    here, there = socket.socketpair()
    order = Order("offer.docx", 3, 5, Limits())
    with here, there, tempfile.TemporaryFile() as file:
        file.write(b"abc")
        file.flush()
        frames.send(here, encoded(order), file.fileno())
        frame, opened = frames.receive(there)
        assert order_in(frame) == order
        assert opened is not None
        assert os.pread(opened, 9, 0) == b"abc"
        os.close(opened)


def test_what_is_no_answer_is_refused() -> None:
    found = Found((Finding("iban", Confidence.HIGH, 0, 9, b"12345678"),))
    whole = Inspected("pdf", found, ("page 1",), why_not=frozenset({WhyNot.BROKEN}))
    assert inspected_in(encoded(whole)) == whole
    for bad in (b"", b"\xff" * 40, encoded({"kind": 3}), encoded(Inspected("pdf", found)), msgspec.msgpack.encode([1])):
        with pytest.raises(BrokenOffError):
            inspected_in(bad)
    assert ready_in(encoded(Ready(frozenset({"privileges"})))).held == {"privileges"}
    with pytest.raises(BrokenOffError):
        ready_in(b"no")


def test_an_end_and_a_frame_without_end_break_off() -> None:
    here, there = socket.socketpair()
    with there:
        here.sendall((frames.LONGEST + 1).to_bytes(8))
        with pytest.raises(BrokenOffError):
            frames.receive(there)
        here.sendall((9).to_bytes(8) + b"abc")
        here.close()
        with pytest.raises(BrokenOffError):
            frames.receive(there)


@pytest.mark.parametrize("head", [b"\xff" * 8, b"\0" * 7 + b"\x09", b"\0"])
def test_a_file_that_comes_with_what_is_refused_is_closed(head: bytes) -> None:
    here, there = socket.socketpair()
    with here, there, tempfile.TemporaryFile() as file:
        lowest = os.dup(0)
        os.close(lowest)
        socket.send_fds(here, [head], [file.fileno()])
        here.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenOffError):
            frames.receive(there)
        with pytest.raises(OSError, match=r"Errno 9"):
            os.fstat(lowest)
