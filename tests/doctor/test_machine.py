from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from limen.doctor import machine


async def test_names_of_this_machine_need_no_resolver() -> None:
    assert await machine.resolve("wiki.harbor.localhost") == ("127.0.0.1",)
    assert await machine.resolve("192.0.2.7") == ("192.0.2.7",)
    assert "127.0.0.1" in await machine.resolve("localhost")


def test_what_the_machine_says_of_itself(tmp_path: Path) -> None:
    there = machine.this_machine()
    assert "127.0.0.1" in there.own_addresses()
    assert there.is_clock_kept() in {True, False, None}
    assert there.room(tmp_path / "not" / "yet").total_bytes > 0
    assert there.write_holder(tmp_path / "no.db") is None
    assert there.journal_holder(tmp_path) is None
    with pytest.raises(OSError):
        there.trust("/nowhere/ca.pem")


def test_a_port_is_free_or_its_holder_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
        with pytest.raises(OSError):
            machine.try_port("127.0.0.1", port)
        holder = machine.holder("127.0.0.1", port)
    assert holder is not None
    assert holder.pid == os.getpid()
    machine.try_port("127.0.0.1", port)
    assert machine.holder("127.0.0.1", port) is None
