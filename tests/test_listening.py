"""Sockets that listen, on real ports of this machine."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.listening import listen_on


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(LimenError, match=f"can't listen on {address}") as refused:
            listen_on(address)
        assert "demo" in str(refused.value)
        assert "Errno" not in str(refused.value)
    with pytest.raises(LimenError, match="can't listen"):
        listen_on("127.0.0.1:99999")
    with pytest.raises(LimenError, match="can't listen"):
        listen_on("nonsense")


@pytest.mark.parametrize("address", ["8099", ":8099", "[]:8099", ""])
def test_no_host_is_never_every_interface(address: str) -> None:
    with pytest.raises(LimenError, match="it has no host"):
        listen_on(address)


def test_a_socket_at_a_path_is_for_this_user_alone_and_takes_an_old_ones_place(tmp_path: Path) -> None:
    for _ in range(2):
        with listen_on(f"unix:{tmp_path / 'limen.sock'}") as listening:
            assert listening.getsockname() == str(tmp_path / "limen.sock")
            assert (tmp_path / "limen.sock").stat().st_mode & 0o777 == 0o600
    with pytest.raises(LimenError, match="can't listen"):
        listen_on(f"unix:{tmp_path / 'absent' / 'limen.sock'}")
