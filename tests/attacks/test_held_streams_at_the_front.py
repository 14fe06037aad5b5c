"""A thousand unfinished requests through Limen's own https front, over five HTTP/2 connections (RFC 9113)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time

import pytest
from tests.interop.fronts import program
from tests.interop.https_world import SIGN_IN, ask, get, serving, set_up, trusting, until
from tests.ports import free_port

CONNECTIONS, STREAMS = 5, 210
DATA, HEADERS, SETTINGS, GO_AWAY = 0, 1, 4, 7
END_HEADERS = 0x4


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def text(value: str) -> bytes:
    """A string of HPACK that is not Huffman-coded (RFC 7541 section 5.2), shorter than 127 bytes."""
    return bytes([len(value)]) + value.encode()


def unfinished_form(stream: int, port: int) -> bytes:
    """The head of a form of ours, by HPACK's static table, and nothing of its body."""
    block = b"\x83\x87" + b"\x04" + text("/sign-in") + b"\x01" + text(f"{SIGN_IN}:{port}")
    block += b"\x0f\x0d" + text("1000") + b"\x0f\x10" + text("application/x-www-form-urlencoded")
    block += b"\x00" + text("sec-fetch-site") + text("same-origin")
    return frame(HEADERS, END_HEADERS, stream, block)


def frames(said: bytes) -> list[int]:
    """The kinds of the frames in what came."""
    kinds, at = [], 0
    while at + 9 <= len(said):
        kinds.append(said[at + 3])
        at += 9 + int.from_bytes(said[at : at + 3], "big")
    return kinds


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
        said = [b""] * CONNECTIONS

        def gave_way() -> bool:
            for number, one in enumerate(held):
                while more := read(one):
                    said[number] += more
            return sum(frames(each).count(HEADERS) for each in said) >= CONNECTIONS * STREAMS - 200

        until(gave_way)
        for _ in range(5):
            began = time.monotonic()
            assert ask("127.0.0.1", port, page, context=trust).startswith(b"HTTP/1.1 200 ")
            assert time.monotonic() - began < 2
        assert GO_AWAY not in [kind for each in said for kind in frames(each)]
        assert limen.process.poll() is None
        assert descriptors_of(limen.process.pid) < 500
        for one in held:
            one.close()


def hold(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """A connection with so many unfinished forms on it."""
    one = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname=SIGN_IN)
    assert one.selected_alpn_protocol() == "h2"
    one.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0) + frame(SETTINGS, 1, 0))
    one.sendall(b"".join(unfinished_form(1 + 2 * number, port) for number in range(STREAMS)))
    one.settimeout(0.05)
    return one


def read(one: ssl.SSLSocket) -> bytes:
    try:
        return one.recv(65_536)
    except TimeoutError:
        return b""


def descriptors_of(pid: int) -> int:
    """How many files a process has open."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells how many files a process has open")
    done = subprocess.run(["ls", f"/proc/{pid}/fd"], capture_output=True, text=True, check=True)
    return len(done.stdout.splitlines())
