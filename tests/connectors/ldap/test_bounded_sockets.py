from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from limen.connectors.ldap.bounded_sockets import MOST_PLAIN_BYTES, TooLongError, TooMuchError, bounded_plain


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Limen's end of a connection, and the other one's."""
    ours, others = socket.socketpair()
    ours.settimeout(60)
    bounded = bounded_plain(ours)
    with bounded, others:
        yield bounded, others


def test_it_is_the_same_connection_with_the_same_timeout(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, others = ends
    others.sendall(b"harbor")
    assert (ours.recv(100), ours.gettimeout()) == (b"harbor", 60)


def test_no_more_bytes_are_read(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, others = ends
    for _ in range(MOST_PLAIN_BYTES // 1_024):
        others.sendall(bytes(1_024))
        ours.recv(1_024)
    others.sendall(b"x")
    with pytest.raises(TooMuchError):
        ours.recv(1_024)


def test_nothing_is_read_for_longer(ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    ours, others = ends
    others.sendall(b"xyz")
    ours.recv(1)
    monkeypatch.setattr(ours, "_until", 1.0)
    with pytest.raises(TooLongError):
        ours.recv(1)
