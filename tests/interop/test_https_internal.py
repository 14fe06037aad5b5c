"""`limen serve --https` with the front's own authority: what it says, what passes, and how it dies."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.interop.fronts import program
from tests.interop.https_world import SIGN_IN, ask, get, serving, set_up, trusting, until
from tests.ports import free_port


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    program("caddy")
    folder = tmp_path_factory.mktemp("https") / "harbor"
    port, plain = free_port(), free_port()
    set_up(folder, f'mode = "internal"\nlisten = ["127.0.0.1"]\nhttp_port = {plain}', port=port)
    with serving(folder) as limen:
        yield limen, folder, port, plain


def secure(running, path: str, host: str = SIGN_IN) -> bytes:
    _, folder, port, _ = running
    request = get(path, f"{host}:{port}")
    return ask("127.0.0.1", port, request, context=trusting(folder / "data/front/public/limen-root.crt"))


def test_it_says_where_it_answers_and_how_to_trust_it(running) -> None:
    limen, _, port, plain = running
    assert f"https answers on port {port} of 127.0.0.1; port {plain} redirects to it." in limen.said
    assert "certutil -addstore" in limen.said
    assert "SHA-256 " in limen.said
    assert until(lambda: secure(running, "/sign-in")).startswith(b"HTTP/1.1 200 ")
    assert b"BEGIN CERTIFICATE" in secure(running, "/limen-root.crt")
    assert b"PRIVATE" not in secure(running, "/limen-root.crt")


def test_plain_http_only_redirects_and_only_for_our_hosts(running) -> None:
    _, _, port, plain = running
    assert f"\r\nLocation: https://{SIGN_IN}:{port}/a?b=1\r\n".encode() in ask("127.0.0.1", plain, get("/a?b=1"))
    assert ask("127.0.0.1", plain, get("/", "evil.example")).startswith(b"HTTP/1.1 421 ")


def test_strange_hosts_and_old_tls_are_refused(running) -> None:
    _, _, port, _ = running
    for host in ("evil.example", "wiki.harbor.example"):
        assert secure(running, "/sign-in", host).startswith(b"HTTP/1.1 421 "), host
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask("127.0.0.1", port, get(), context=old)


def test_nobody_else_reaches_the_sockets_and_no_secret_reaches_the_front(running) -> None:
    limen, folder, _, _ = running
    front = folder / "data" / "front"
    assert stat.S_IMODE(front.stat().st_mode) == 0o700
    for name in ("admin.sock", "limen.sock", "caddy.json"):
        assert stat.S_IMODE((front / name).stat().st_mode) == 0o600
    pid = child_of(limen.process.pid)
    assert b"SECRET_OF_LIMEN" not in Path(f"/proc/{pid}/environ").read_bytes()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def child_of(parent: int) -> int:
    found = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return next((int(line.split()[0]) for line in found.stdout.splitlines() if "caddy" in line), 0)


def test_a_front_that_is_killed_is_started_again_and_one_without_limen_ends(running) -> None:
    limen, *_ = running
    first = child_of(limen.process.pid)
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (now := child_of(limen.process.pid)) != first and now)

    def is_back() -> bool:
        try:
            return secure(running, "/sign-in").startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    until(is_back)
    assert "is being restarted" in limen.log.read_text()
    limen.process.kill()
    limen.process.wait()
    until(lambda: not is_open(running[2]))
    until(lambda: not Path(f"/proc/{second}").exists() or "Z" in Path(f"/proc/{second}/stat").read_text().split()[2])


def test_a_port_that_is_taken_is_named(tmp_path) -> None:
    program("caddy")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        set_up(tmp_path / "harbor", 'mode = "internal"\nlisten = ["127.0.0.1"]\nhttp_port = 0', port=port)
        command = [sys.executable, "-m", "limen.cli.main", "serve", str(tmp_path / "harbor"), "--https"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "address already in use" in done.stderr
    assert "under [https] in limen.toml" in done.stderr
