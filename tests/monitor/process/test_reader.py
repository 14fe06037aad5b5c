"""The process that reads for the one that watches: it goes by what it was told last, and ends with its link."""

from __future__ import annotations

import socket
import threading

import msgspec
import pytest
from tests.monitor.normal_form.frames import frame

from limen.monitor.normal_form.identities import Identities
from limen.monitor.process.reader import serve
from limen.monitor.process.reader_link import ReaderLink, Told, ToRead
from limen.monitor.understanding import NAMES


def test_it_reads_by_what_it_was_told_last_until_its_link_ends() -> None:
    one, other = socket.socketpair()
    ended: list[OSError] = []

    def live() -> None:
        with pytest.raises(OSError, match="gone") as error:
            serve(ReaderLink(other))
        ended.append(error.value)

    living = threading.Thread(target=live)
    living.start()
    link = ReaderLink(one, 20)
    asked = ToRead([frame("json", b'{"user": "jane"}')])
    found = []
    for person in ("", "p_1", "p_2"):
        if person:
            link.send(Told(NAMES, msgspec.msgpack.encode(Identities.of([(person, ["jane"])]))))
        link.send(asked)
        (line,) = link.answer().lines
        found.append(msgspec.json.decode(line).get("person_id", ""))
    link.close()
    living.join(60)
    assert (found, len(ended)) == (["", "p_1", "p_2"], 1)
