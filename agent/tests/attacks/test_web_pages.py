"""Pages of other sites, and whatever else reaches the port on loopback, in search of a proof or of anything at all.

What a real browser sends is in tests/proof/test_chromium.py.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from contextlib import suppress

import pytest
from agent.tests.proof.asking import ASKED, ORIGIN, ask

from limen_agent.proof import server as module


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://mallory.example",
        "http://login.harbor.example",
        "https://login.harbor.example:8443",
        "https://login.harbor.example.mallory.example",
        "https://login.harbor.example/",
        "HTTPS://LOGIN.HARBOR.EXAMPLE",
        f"{ORIGIN}, https://mallory.example",
        "*",
        "file://",
        "chrome-extension://abcdef",
        "https://login.harbor.example\x80",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/prove"), ("GET", "/hello")])
def test_another_site_is_refused_and_learns_nothing(proving, method, path, origin) -> None:
    status, headers, body = ask(proving.port, method, path, ASKED if method == "POST" else None, origin=origin)
    assert status == 403
    assert not [name for name in headers if name.startswith("Access-Control")]
    assert proving.enrolment.device.encode() not in body


@pytest.mark.parametrize(
    "host",
    [
        "login.harbor.example",
        "mallory.example:{port}",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "127.0.0.1.nip.io:{port}",
        "[::1]:{port}",
        "127.1:{port}",
        "0.0.0.0:{port}",
        "LOCALHOST:{port}",
        "127.0.0.1:{port}.",
        "",
    ],
)
def test_a_name_that_was_rebound_to_this_address_is_refused(proving, host) -> None:
    status, _, body = ask(proving.port, host=host.format(port=proving.port))
    assert status in {400, 403}
    assert b"proof" not in body


def test_no_host_two_hosts_and_two_origins_are_refused(proving) -> None:
    def raw(*lines: str) -> bytes:
        body = json.dumps(ASKED)
        head = [
            "POST /prove HTTP/1.1",
            *lines,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "",
            body,
        ]
        with socket.create_connection(("127.0.0.1", proving.port), 5) as there:
            there.sendall("\r\n".join(head).encode())
            return there.recv(4096)

    own, mine = f"Host: 127.0.0.1:{proving.port}", f"Origin: {ORIGIN}"
    assert b" 200 " in raw(own, mine)
    for lines in (
        [mine],
        [own, "Host: mallory.example", mine],
        [own, mine, "Origin: https://mallory.example"],
        [own, mine, mine],
    ):
        assert b" 200 " not in raw(*lines)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        {},
        {"challenge": "c" * 20},
        {**ASKED, "more": 1},
        {**ASKED, "challenge": 5},
        {**ASKED, "challenge": "short"},
        {**ASKED, "session": "x" * 300},
        {**ASKED, "session": "with space in it here"},
        json.dumps(ASKED).replace("{", '{"session": "s_of_somebody_else", ', 1).encode(),
        b"\xff\xfe",
        b'{"a":' * 500,
    ],
)
def test_a_body_that_is_not_the_contracts_is_refused(proving, body) -> None:
    assert ask(proving.port, body=body)[0] == 400


def test_a_form_can_not_ask(proving) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None, "application/jsonp"):
        assert ask(proving.port, content_type=kind)[0] == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/prove", 405),
        ("POST", "/hello", 405),
        ("POST", "/", 404),
        ("GET", "/prove?x", 404),
        ("POST", "/../prove", 404),
        ("TRACE", "/hello", 405),
    ],
)
def test_other_methods_and_paths_are_refused(proving, method, path, status) -> None:
    assert ask(proving.port, method, path)[0] == status


def test_a_huge_body_is_refused_before_it_is_read(proving) -> None:
    assert ask(proving.port, body=b"x" * 4097)[0] == 413
    with socket.create_connection(("127.0.0.1", proving.port), 5) as there:
        head = f"POST /prove HTTP/1.1\r\nHost: 127.0.0.1:{proving.port}\r\nOrigin: {ORIGIN}\r\n"
        there.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n2000\r\n" + b"x" * 0x2000 + b"\r\n")
        assert b" 413 " in there.recv(4096)


def test_a_huge_head_is_refused(proving) -> None:
    with socket.create_connection(("127.0.0.1", proving.port), 5) as there:
        there.sendall(b"GET /hello HTTP/1.1\r\nX: " + b"x" * 20_000)
        assert b" 431 " in there.recv(4096)


def test_a_slow_body_is_cut_and_holds_nobody_else_up(proving, monkeypatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.8)
    head = f"POST /prove HTTP/1.1\r\nHost: 127.0.0.1:{proving.port}\r\nOrigin: {ORIGIN}\r\nContent-Length: 4000\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", proving.port), 5) for _ in range(8)]
    began = time.monotonic()
    for one in slow:
        one.sendall(head.encode())
    assert ask(proving.port)[0] == 200
    while time.monotonic() - began < 1.2:
        for one in slow:
            with suppress(OSError):
                one.send(b" ")
        time.sleep(0.05)
    for one in slow:
        assert is_closed(one)
        one.close()


def is_closed(one: socket.socket) -> bool:
    """Whether the other side is gone: sending fails, at the latest a moment later."""
    with suppress(OSError):
        for _ in range(200):
            one.send(b" ")
            time.sleep(0.01)
        return False
    return True


def test_connections_are_bounded_and_come_free(proving, monkeypatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 1.5)
    held = [socket.create_connection(("127.0.0.1", proving.port), 5) for _ in range(module.MOST_OF_ONE)]
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(proving.port)
    for one in held:
        with suppress(ConnectionResetError):
            assert one.recv(1) == b""  # their time is over
        one.close()
    assert ask(proving.port)[0] == 200


def test_proofs_are_bounded_in_a_minute(proving, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_PROOFS", 3)
    assert [ask(proving.port)[0] for _ in range(5)] == [200, 200, 200, 429, 429]
