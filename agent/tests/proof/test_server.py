"""The proof over loopback, its port and its callers; whoever tries to get one from elsewhere is in tests/attacks."""

from __future__ import annotations

import json
import os
import socket
import threading

import pytest
from agent.tests.proof.asking import ASKED, ORIGIN, ask

from limen_agent.errors import AgentError
from limen_agent.proof.callers import allowed, uid_of
from limen_agent.proof.server import ProofServer


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


def test_a_key_that_does_not_sign_gives_no_proof(proving, monkeypatch) -> None:
    def refuse(_asked):
        raise AgentError("the TPM refused")

    monkeypatch.setattr(proving.server, "_prove", refuse)
    assert ask(proving.port)[0] == 503


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
