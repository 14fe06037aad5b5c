"""The listener as a program: what it is given on its command line, with a Caddy that is none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from limen.front.connection_reports import ConnectionReports
from limen.front.places import open_places


def test_it_takes_connections_and_reports_on_what_it_is_given_and_ends_when_told(tmp_path: Path) -> None:
    places = open_places(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as browsers, socket.socket(socket.AF_UNIX) as caddy:
        caddy.bind(str(places.browsers_socket))
        caddy.listen()
        caddy.settimeout(20)
        words = [str(places.folder), "json", "info", f"{browsers.fileno()}={places.browsers_socket}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "limen.front.listen", *words], pass_fds=[browsers.fileno()], stderr=subprocess.PIPE
        )
        try:
            with socket.create_connection(browsers.getsockname(), 5) as browser:
                browser.sendall(b"hello")
                with caddy.accept()[0] as carried:
                    carried.settimeout(5)
                    said = b""
                    while len(said) < 33:
                        said += carried.recv(100)
                    assert said.endswith(b"hello")
                    reports = ConnectionReports(places.reports_socket)
                    reports.gave_way(f"127.0.0.1:{browser.getsockname()[1]}")
                    reports.close()
                    assert carried.recv(100) == b""
        finally:
            os.kill(process.pid, signal.SIGTERM)
            _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"too-many-at-once (1)" in told
