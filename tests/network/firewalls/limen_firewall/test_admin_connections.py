"""Who is connected to this machine, and by which way Limen is reached."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from limen.network.firewalls.limen_firewall import admin_connections as here
from limen.network.firewalls.limen_firewall.admin_connections import _end, _sockets, admin_connections

LISTENS = 10


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("0100007F:0016", ("127.0.0.1", 22)),
        ("0000000000000000FFFF00000A32000A:1F90", ("10.0.50.10", 8080)),
        ("000000FD000000000000000001000000:0050", ("fd00::1", 80)),
    ],
)
def test_addresses_as_the_kernel_prints_them(text: str, end: tuple[str, int]) -> None:
    assert _end(text) == end


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one


def test_sockets_of_this_machine_are_found(listening: socket.socket) -> None:
    port, inode = listening.getsockname()[1], str(os.fstat(listening.fileno()).st_ino)
    assert ("127.0.0.1", port, LISTENS, inode) in {(*one[:2], *one[4:]) for one in _sockets()}


def test_ssh_from_elsewhere_and_the_way_to_limen_are_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [
        ("10.50.0.1", 22, "10.50.0.9", 5_000, 1, "1"),
        ("10.50.0.1", 22, "10.50.0.9", 5_001, 1, "2"),
        ("10.50.0.1", 443, "10.50.0.8", 5_002, 1, "3"),
        ("10.50.0.1", 22, "10.50.0.7", 5_003, 6, "4"),
        ("127.0.0.1", 22, "127.0.0.1", 5_004, 1, "5"),
    ]
    monkeypatch.setattr(here, "_sockets", lambda: iter(there))
    monkeypatch.setattr(here, "_ports_of_sshd", lambda: {22})
    monkeypatch.setattr(here, "_route", lambda to: ("lo" if to.startswith("127") else "vlan50", "10.50.0.1"))
    found = {(one.there, one.port, one.is_in) for one in admin_connections("https://10.50.0.20")}
    assert found == {("10.50.0.9", 22, True), ("10.50.0.20", 443, False)}
