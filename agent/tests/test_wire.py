"""What the agent sends is what the contract's examples say, and what it takes is bounded."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
from agent.tests.fake_limen import self_signed

from limen_agent import __version__
from limen_agent.bounded_json import read_object
from limen_agent.collectors.check import CHECKS, Check
from limen_agent.wire import claims
from limen_agent.wire.client import Client
from limen_agent.wire.connection import Connection, RefusedError, UnreachableError, clock_skew, read_answer
from limen_agent.wire.waiting import BackOff, jittered

WIRE = Path(__file__).parents[2] / "tests" / "devices" / "wire"
EXAMPLES = {file.stem: json.loads(file.read_text()) for file in sorted(WIRE.glob("*.json"))}


def check_of(said: dict) -> Check:
    return Check(
        said["id"], said["state"], said["at"], said.get("observed", {}), said.get("reason"), said.get("evidence", "")
    )


@pytest.mark.parametrize(
    "name", [name for name in EXAMPLES if name.startswith("report-") and "claims" in EXAMPLES[name]]
)
def test_a_report_is_as_the_example_says(name) -> None:
    said = EXAMPLES[name]["claims"]
    parts = {key: said[key] for key in ("aud", "iat", "nonce", "seq", "prev", "boot", "why", "name", "platform")}
    assert claims.report(**parts, checks=[check_of(one) for one in said["checks"]]) == said
    assert said["agent"] == __version__


@pytest.mark.parametrize("name", ["enrol-by-token", "enrol-by-person", "enrol-with-tpm"])
def test_an_enrolment_is_as_the_example_says(name) -> None:
    said = EXAMPLES[name]["claims"]
    parts = {key: said[key] for key in ("aud", "iat", "name", "platform", "key_storage")}
    made = claims.enrol(**parts, token=said.get("token", ""), hardware=said.get("hardware", {}), tpm=said.get("tpm"))
    assert made == said


def test_other_messages_are_as_the_examples_say() -> None:
    finish = EXAMPLES["finish"]["claims"]
    assert claims.finish(**finish) == finish
    activated = EXAMPLES["finish-with-tpm"]["claims"]
    assert claims.finish(**activated) == activated
    assert claims.stream(**EXAMPLES["stream"]["claims"]) == EXAMPLES["stream"]["claims"]
    assert claims.proof(**EXAMPLES["proof"]["claims"]) == EXAMPLES["proof"]["claims"]


def test_the_examples_hold_every_check_in_every_state() -> None:
    seen = {
        (one["id"], one["state"])
        for example in EXAMPLES.values()
        for one in example.get("claims", {}).get("checks", ())
    }
    assert {(id_, state) for id_ in CHECKS for state in ("observed", "unknown")} <= seen


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("error-")])
def test_each_refusal_is_understood(name) -> None:
    example = EXAMPLES[name]
    with pytest.raises(RefusedError) as refused:
        read_answer(example["status"], {}, json.dumps(example["body"]).encode())
    assert (refused.value.status, refused.value.error) == (example["status"], example["body"]["error"])
    assert refused.value.nonce == example["body"].get("nonce", "")
    assert refused.value.retry_after_s == example["body"].get("retry_after", 0)


def test_reports_are_numbered_chained_and_verified_by_another_library(enrolled) -> None:
    client = enrolled.client()
    for why in ("start", "interval", "change"):
        client.report((Check("edr", "observed", 1, {"running": False, "products": []}),), why)
    reports = enrolled.limen.reports
    assert [one["seq"] for one in reports] == [1, 2, 3]
    assert reports[0]["prev"] == ""
    assert len({one["boot"] for one in reports}) == 1
    assert reports[1]["prev"] != reports[2]["prev"]
    device = enrolled.limen.devices[enrolled.enrolment.device]
    assert (device["seq"], device["ended"]) == (3, "")


def test_a_stale_nonce_is_signed_again_once_with_a_new_number(enrolled) -> None:
    client = enrolled.client()
    client.nonce = "n_of_yesterday"
    client.report((), "start")
    assert [one["seq"] for one in enrolled.limen.reports] == [2]
    asked = []

    def always_stale(_path, signed):
        asked.append(signed)
        return 428, {}, json.dumps({"error": "stale_nonce", "nonce": "n_again"}).encode()

    enrolled.limen.instead = always_stale
    with pytest.raises(RefusedError):
        client.report((), "start")
    assert len(asked) == 2


def test_a_redirect_is_not_followed(enrolled) -> None:
    asked = []

    def elsewhere(path, _signed):
        asked.append(path)
        return 307, {"Location": f"{enrolled.limen.address}/agent/report"}, b"{}"

    enrolled.limen.instead = elsewhere
    with pytest.raises(UnreachableError, match="redirect"):
        enrolled.client().report((), "start")
    assert asked == ["/agent/report"]


@pytest.mark.parametrize("body", [b"x" * 70_000, b"<html>", b"[1]", b'{"a": NaN}', b'{"nonce": "a", "nonce": "b"}'])
def test_an_answer_that_is_not_limens_is_refused(enrolled, body) -> None:
    enrolled.limen.instead = lambda *_: (200, {}, body)
    with pytest.raises(UnreachableError):
        enrolled.client().report((), "start")


@pytest.mark.parametrize("depth", [9, 100, 30_000])
def test_a_deep_answer_is_refused(depth) -> None:
    with pytest.raises(ValueError):
        read_object(b'{"a":' * depth + b"1" + b"}" * depth)


def test_a_clock_that_is_off_is_named(enrolled) -> None:
    enrolled.limen.date_off_s = 3600
    with pytest.raises(RefusedError) as refused:
        enrolled.client().report((), "start")
    assert "60 minutes behind" in refused.value.what
    assert "clock" in refused.value.fix
    assert clock_skew("Thu, 01 Jan 1970 01:00:00 GMT", 0) != ""
    assert clock_skew("Thu, 01 Jan 1970 00:04:00 GMT", 0) == clock_skew("no date", 0) == clock_skew("", 0) == ""


def test_a_certificate_that_nobody_vouches_for_is_refused(limen) -> None:
    with pytest.raises(UnreachableError, match="can't be trusted"):
        Connection(limen.address).post("/agent/report", "x")


def test_a_certificate_of_another_name_is_refused(limen, ca) -> None:
    other = limen.address.replace("login.harbor", "login.heron")
    with pytest.raises(UnreachableError, match="can't be trusted"):
        Connection(other, ca).post("/agent/report", "x")


def test_an_expired_certificate_is_refused_and_the_clock_is_named(tmp_path) -> None:
    certificate, key = self_signed(tmp_path, days=(-9, -1))
    with tls_server(certificate, key) as port, pytest.raises(UnreachableError) as refused:
        Connection(f"https://login.harbor.localhost:{port}", str(certificate)).post("/agent/report", "x")
    assert "clock" in refused.value.fix


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
def test_older_tls_is_refused(tmp_path) -> None:
    certificate, key = self_signed(tmp_path)
    with tls_server(certificate, key, newest=ssl.TLSVersion.TLSv1_1) as port, pytest.raises(UnreachableError):
        Connection(f"https://login.harbor.localhost:{port}", str(certificate)).post("/agent/report", "x")


def test_http_is_taken_for_this_machine_alone() -> None:
    from limen_agent.errors import AgentError

    Connection("http://login.harbor.localhost:8000")
    with pytest.raises(AgentError):
        Connection("http://login.harbor.example")


def test_a_server_that_never_ends_its_answer_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr("limen_agent.wire.connection.READ_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(UnreachableError):
            Connection(f"http://127.0.0.1:{listening.getsockname()[1]}").post("/agent/report", "x")
        assert time.monotonic() - began < 5


def drip(listening: socket.socket) -> None:
    there, _ = listening.accept()
    with there:
        there.recv(65536)
        there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        try:
            while True:
                there.sendall(b" ")
                time.sleep(0.05)
        except OSError:
            return


class tls_server:  # noqa: N801 -- used as a function
    def __init__(self, certificate, key, newest=ssl.TLSVersion.TLSv1_3) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        self.context.maximum_version = newest

    def __enter__(self) -> int:
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self.listening.getsockname()[1]

    def __exit__(self, *_words: object) -> None:
        self.listening.close()

    def _serve(self) -> None:
        try:
            there, _ = self.listening.accept()
            with self.context.wrap_socket(there, server_side=True) as wrapped:
                wrapped.recv(1000)
        except OSError:
            return


def test_events_come_as_they_are_sent_and_carry_nonces(enrolled) -> None:
    client: Client = enrolled.client()
    events = iter(client.stream(lambda: False))
    assert next(events).name == "hello"
    assert client.nonce in enrolled.limen.nonces
    enrolled.limen.push("recheck", nonce="n_next", checks=["updates"])
    recheck = next(events)
    assert (recheck.name, recheck.body["checks"], client.nonce) == ("recheck", ["updates"], "n_next")
    enrolled.limen.hang_up()
    assert list(events) == []


def test_an_endless_event_is_given_up(enrolled) -> None:
    endless = b"data: " + b"x" * 200_000
    enrolled.limen.instead = lambda path, _: (
        (200, {"Content-Type": "text/event-stream"}, endless) if "stream" in path else None
    )
    with pytest.raises(UnreachableError, match="longer"):
        list(enrolled.client().stream(lambda: False))


def test_waits_grow_to_five_minutes_and_are_never_the_same() -> None:
    back_off = BackOff(first_s=2)
    waits = [back_off.next_s() for _ in range(40)]
    assert all(1 <= wait <= 300 for wait in waits)
    assert min(waits[9:]) >= 150
    assert len(set(waits)) == 40
    back_off.reset()
    assert back_off.next_s() <= 2
    assert {270 <= jittered(300) <= 300 for _ in range(100)} == {True}
