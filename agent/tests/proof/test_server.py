"""The proof over loopback, and whoever tries to get one without sitting at this machine."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from types import SimpleNamespace

import pytest
from agent.tests.fake_limen import TOKEN, fake_limen

from limen_agent.enrolling import Enrolling
from limen_agent.errors import AgentError
from limen_agent.keys.file_key import FileKey
from limen_agent.proof import server as module
from limen_agent.proof.callers import allowed, uid_of
from limen_agent.proof.request import Challenge
from limen_agent.proof.server import ProofServer
from limen_agent.service.running import open_client
from limen_agent.state.folder import StateFolder
from limen_agent.wire.connection import Connection

ORIGIN = "https://login.harbor.example"
ASKED = {"challenge": "c_4bW9yZSB0aGFuIDEyOCBiaXRz", "session": "s_kHpXo1nR2bq7vT0w"}
NOBODY = 65534


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("proof")
    with fake_limen(place) as (limen, ca):
        folder = StateFolder(place / "state")
        enrolling = Enrolling(Connection(limen.address, str(ca)), FileKey.create(folder), TOKEN, wait=lambda *_: None)
        yield SimpleNamespace(limen=limen, enrolment=enrolling.enrol(folder, str(ca)), client=open_client(folder))


@pytest.fixture
def proving(enrolled):
    """A running listener whose proofs are signed by an enrolled device's key."""
    client = enrolled.client

    def prove(asked: Challenge) -> str:
        return client.proof(challenge=asked.challenge, session=asked.session, origin=asked.origin)

    me = frozenset({os.geteuid()})
    server = ProofServer(ports=[0], origins=[ORIGIN], device=enrolled.enrolment.device, prove=prove, may_ask=lambda: me)
    server.start()
    yield SimpleNamespace(
        server=server, port=server.port, client=client, limen=enrolled.limen, enrolment=enrolled.enrolment
    )
    server.stop()


def ask(port: int, method: str = "POST", path: str = "/prove", body: object = ASKED, **headers: str | None):
    """Headers are named as `content_type`; one that is None is left out."""
    said = {"Host": f"127.0.0.1:{port}", "Origin": ORIGIN, "Content-Type": "application/json"}
    said |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_a_page_of_limen_gets_a_proof_that_another_library_verifies(proving) -> None:
    proving.client.report((), "start")
    last = proving.limen.reports[-1]["seq"]
    status, headers, body = ask(proving.port)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    said = proving.limen.proved(json.loads(body)["proof"])
    device = proving.limen.devices[proving.enrolment.device]
    assert {name: said[name] for name in ("challenge", "session", "origin", "seq", "report")} == {
        **ASKED,
        "origin": ORIGIN,
        "seq": last,
        "report": device["prev"],
    }


def test_localhost_is_the_same_host_and_hello_names_the_device(proving) -> None:
    status, headers, body = ask(
        proving.port, "GET", "/hello", None, host=f"localhost:{proving.port}", content_type=None
    )
    assert (status, json.loads(body)) == (200, {"agent": "1.0.0", "device": proving.enrolment.device})
    assert headers["Cache-Control"] == "no-store"


def test_a_preflight_is_answered_for_the_private_network_to_this_origin_alone(proving) -> None:
    asks = {
        "access_control_request_method": "POST",
        "access_control_request_private_network": "true",
        "content_type": None,
    }
    status, headers, body = ask(proving.port, "OPTIONS", "/prove", None, **asks)
    assert (status, body) == (204, b"")
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == (ORIGIN, "Origin")
    status, headers, _ = ask(proving.port, "OPTIONS", "/prove", None, **asks, origin="https://mallory.example")
    assert status == 403
    assert not [name for name in headers if name.startswith("Access-Control")]


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
    monkeypatch.setattr(module, "SECONDS", 0.6)
    held = [socket.create_connection(("127.0.0.1", proving.port), 5) for _ in range(module.MOST_OF_ONE)]
    time.sleep(0.1)
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(proving.port)
    time.sleep(0.8)
    assert ask(proving.port)[0] == 200
    for one in held:
        one.close()


def test_proofs_are_bounded_in_a_minute(proving, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_PROOFS", 3)
    assert [ask(proving.port)[0] for _ in range(5)] == [200, 200, 200, 429, 429]


def test_a_key_that_does_not_sign_gives_no_proof(proving, monkeypatch) -> None:
    def refuse(_asked):
        raise AgentError("the TPM refused")

    monkeypatch.setattr(proving.server, "_prove", refuse)
    assert ask(proving.port)[0] == 503


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_of_the_machine_is_refused(proving) -> None:
    script = """
import os, socket, sys
port, origin, body, user = sys.argv[1:]
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
head = f"POST /prove HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nOrigin: {origin}\\r\\n"
head += "Content-Type: application/json\\r\\n"
with socket.socket() as there:
    there.connect(("127.0.0.1", int(port)))
    there.sendall(f"{head}Content-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    print(there.recv(4096).split()[1].decode())
"""
    command = [sys.executable, "-c", script, str(proving.port), ORIGIN, json.dumps(ASKED)]
    statuses = [
        subprocess.run([*command, str(user)], capture_output=True, text=True, check=True).stdout.strip()
        for user in (0, NOBODY)
    ]
    assert statuses == ["200", "403"]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_whose_socket_it_is_is_known_also_of_one_for_ipv6(family) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket(family, socket.SOCK_STREAM) as calling:
        address = "127.0.0.1" if family == socket.AF_INET else "::ffff:127.0.0.1"
        calling.connect((address, listening.getsockname()[1]))
        there, peer = listening.accept()
        with there:
            assert uid_of(peer, there.getsockname()) == os.geteuid()
    assert uid_of(("127.0.0.1", 1), ("127.0.0.1", 2)) is None


def test_a_user_that_is_not_there_is_said() -> None:
    assert allowed(("root", "1234")) == {0, 1234}
    with pytest.raises(AgentError):
        allowed(("nobody-of-this-name",))


def test_a_restart_gets_its_port_back_and_nobody_can_share_it(proving) -> None:
    assert ask(proving.port, "GET", "/hello", None, content_type=None)[0] == 200
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        assert not listens(other, proving.port)
    proving.server.stop()
    common = {"origins": [ORIGIN], "device": "d_1", "prove": lambda _: "", "may_ask": frozenset}
    again = ProofServer(ports=[proving.port], **common)
    again.start()
    again.stop()


def listens(one: socket.socket, port: int) -> bool:
    try:
        one.bind(("127.0.0.1", port))
        one.listen()
    except OSError:
        return False
    return True


def test_the_first_free_port_is_taken_and_none_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        common = {"origins": [ORIGIN], "device": "d_1", "prove": lambda _: "", "may_ask": frozenset}
        with pytest.raises(AgentError, match="free"):
            ProofServer(ports=[port], **common).start()
        server = ProofServer(ports=[port, 0], **common)
        server.start()
        assert server.port not in {0, port}
        server.stop()


def test_proofs_and_reports_at_once_keep_their_order(proving) -> None:
    before = proving.client.seq

    def report() -> None:
        for _ in range(10):
            proving.client.report((), "interval")

    reporting = threading.Thread(target=report)
    reporting.start()
    seen = [proving.limen.proved(json.loads(ask(proving.port)[2])["proof"])["seq"] for _ in range(15)]
    reporting.join()
    assert seen == sorted(seen)
    assert [one["seq"] for one in proving.limen.reports[-10:]] == list(range(before + 1, before + 11))
