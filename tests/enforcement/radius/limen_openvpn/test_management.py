"""OpenVPN's management interface: lines, whole and bounded."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator

import pytest

from limen.enforcement.radius.limen_openvpn.management import Management
from limen.following.program.kept import Wrong


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], tuple[Management, socket.socket]]]:
    folder = tempfile.mkdtemp(dir="/dev/shm", prefix="lv")
    path, listening = f"{folder}/m", socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    opened: list[socket.socket] = [listening]

    def connected() -> tuple[Management, socket.socket]:
        management = Management(path)
        other, _ = listening.accept()
        opened.append(other)
        return management, other

    yield connected
    for one in opened:
        one.close()
    shutil.rmtree(folder)


def test_lines_are_read_whole_however_they_come(pair: Callable[[], tuple[Management, socket.socket]]) -> None:
    management, other = pair()
    lines = management.lines()
    other.sendall(b">CLIENT:CONN")
    assert next(lines) == ""
    other.sendall(b"ECT,0,1\r\n\xff\xfe\n")
    assert [line for line in (next(lines), next(lines)) if line] == [">CLIENT:CONNECT,0,1", "��"]
    other.close()
    assert [line for line in lines if line] == []


@pytest.mark.parametrize("sent", [b"x" * 20_000, b"x" * 20_000 + b"\n"])
def test_a_line_without_an_end_ends_the_connection(
    pair: Callable[[], tuple[Management, socket.socket]], sent: bytes
) -> None:
    management, other = pair()
    other.sendall(sent)
    with pytest.raises(Wrong):
        list(management.lines())


def test_a_command_has_one_line() -> None:
    management = Management.__new__(Management)
    with pytest.raises(ValueError, match="one line"):
        management.say("client-auth 0 1\nclient-auth 1 1")
