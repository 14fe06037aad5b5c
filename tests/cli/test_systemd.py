from __future__ import annotations

import socket

from limen.cli import systemd


def test_it_tells_whoever_asked_to_be_told(tmp_path, monkeypatch) -> None:
    systemd.tell("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "n"))
        line.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        systemd.tell("READY=1")
        assert line.recv(100) == b"READY=1"
