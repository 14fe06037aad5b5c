from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

from tests.doctor.scene import outside, setup

from limen.doctor.environment import Process
from limen.doctor.listening import listening
from limen.finding import State


async def test_a_free_port_is_fine(tmp_path: Path) -> None:
    (found,) = await listening(setup(tmp_path))
    assert found.state is State.OK
    assert "is free for browsers" in found.what


async def test_a_port_that_another_process_holds_is_named_with_it(tmp_path: Path) -> None:
    there = setup(tmp_path)
    host, port = there.settings.listen.address.split(":")
    with socket.create_server((host, int(port))):
        (taken,) = await listening(there)
        there.outside = replace(there.outside, holder=lambda _host, _port: None)
        (unseen,) = await listening(there)
        there.own_pid = os.getpid()
        (own,) = await listening(there)
    assert taken.state is State.WRONG
    assert f"(pid {os.getpid()})" in taken.what
    assert "under [listen]" in taken.fix
    assert "ss -ltnp" in unseen.fix
    assert own.state is State.OK
    assert own.what.startswith("Limen listens on")


async def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    (found,) = await listening(setup(tmp_path, listen={"address": "192.0.2.1:8080"}))
    assert found.state is State.WRONG
    assert "not an address of this machine" in found.what


async def test_a_running_limen_that_listens_elsewhere_is_said(tmp_path: Path) -> None:
    running = outside(journal_holder=lambda _folder: Process(1, "limen"))
    (found,) = await listening(setup(tmp_path, outside_=running))
    assert found.state is State.WARNING


async def test_a_unix_socket_needs_its_folder_and_its_place(tmp_path: Path) -> None:
    async def looked(path: Path) -> State:
        return (await listening(setup(tmp_path, listen={"check": f"unix:{path}"})))[1].state

    assert await looked(tmp_path / "check.sock") is State.OK
    assert await looked(tmp_path / "no" / "check.sock") is State.WRONG
    (tmp_path / "file").write_text("x")
    assert await looked(tmp_path / "file") is State.WRONG
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        assert await looked(tmp_path / "s") is State.OK


async def test_the_fronts_ports_are_looked_at_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        said = {"mode": "internal", "listen": ("127.0.0.1",), "port": one.getsockname()[1], "http_port": 0}
        there = setup(tmp_path, https=said)
        (taken,) = await listening(there)
        there.outside = replace(
            there.outside,
            holder=lambda _host, _port: Process(9, "python", parent=7),
            journal_holder=lambda _folder: Process(8, "limen"),
        )
        (others,) = await listening(there)
        there.outside = replace(there.outside, front_holder=lambda _lock: Process(7, "limen"))
        (own,) = await listening(there)
    assert (taken.state, others.state, own.state) == (State.WRONG, State.WRONG, State.OK)
    assert "needed for the front's https, is used by" in taken.what
