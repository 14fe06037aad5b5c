"""A thousand unfinished requests through Limen's own https front, over five HTTP/2 connections (RFC 9113)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time

import pytest
from tests.attacks import http2
from tests.attacks.http2 import HEADERS, frame, text
from tests.interop.fronts import program
from tests.interop.https_world import SIGN_IN, ask, get, serving, set_up, trusting, until
from tests.ports import free_port

CONNECTIONS, STREAMS = 5, 210


def unfinished_form(stream: int, port: int) -> bytes:
    """The head of a form of ours, by HPACK's static table, and nothing of its body."""
    block = http2.block("/sign-in", f"{SIGN_IN}:{port}", method=b"\x83")
    block += b"\x0f\x0d" + text("1000") + b"\x0f\x10" + text("application/x-www-form-urlencoded")
    block += b"\x00" + text("sec-fetch-site") + text("same-origin")
    return frame(HEADERS, http2.END_HEADERS, stream, block)


def test_whoever_holds_a_thousand_streams_open_keeps_nobody_out(tmp_path) -> None:
    program("caddy")
    folder, port = tmp_path / "harbor", free_port()
    set_up(folder, 'mode = "internal"\nlisten = ["127.0.0.1"]\nhttp_port = 0', port=port)
    with serving(folder) as limen:
        trust = trusting(folder / "data/front/public/limen-root.crt")
        page = get("/sign-in", f"{SIGN_IN}:{port}")
        until(lambda: ask("127.0.0.1", port, page, context=trust).startswith(b"HTTP/1.1 200 "))
        over_h2 = trusting(folder / "data/front/public/limen-root.crt")
        over_h2.set_alpn_protocols(["h2"])
        held = [hold(over_h2, port) for _ in range(CONNECTIONS)]
        until(lambda: sum(is_cut(one) for one in held) >= CONNECTIONS - 1)
        for _ in range(5):
            began = time.monotonic()
            assert ask("127.0.0.1", port, page, context=trust).startswith(b"HTTP/1.1 200 ")
            assert time.monotonic() - began < 2
        assert limen.process.poll() is None
        assert descriptors_of(limen.process.pid) < 500
        for one in held:
            one.close()


def hold(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """A connection with so many unfinished forms on it."""
    one = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname=SIGN_IN)
    assert one.selected_alpn_protocol() == "h2"
    forms = (unfinished_form(1 + 2 * number, port) for number in range(STREAMS))
    one.sendall(http2.greeting() + b"".join(forms))
    one.settimeout(0.05)
    return one


def is_cut(one: ssl.SSLSocket) -> bool:
    """Whether the connection has ended, with all that was held on it."""
    try:
        while one.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def descriptors_of(pid: int) -> int:
    """How many files a process has open."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells how many files a process has open")
    done = subprocess.run(["ls", f"/proc/{pid}/fd"], capture_output=True, text=True, check=True)
    return len(done.stdout.splitlines())
