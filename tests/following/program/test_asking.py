"""How Limen is asked: over https, at one place, with an answer that ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError

import pytest

from limen.following.program import asking
from limen.following.program.asking import Limen, ask_for_ever
from limen.following.program.kept import Wrong


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers this; where it is, and the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def limen(url: str) -> Limen:
    return Limen(url, "limen-firewall", 100, proof="Bearer s")


def test_it_says_who_it_is_and_hears_what_time_it_is() -> None:
    with answering(200, b'{"a": 1}', limen_at="1700000000500") as (url, asked):
        one = limen(url)
        assert one.ask("/x", {}) == {"a": 1}
        assert one.at == 1_700_000_000.5
    assert (asked[0]["authorization"], asked[0]["user-agent"]) == ("Bearer s", "limen-firewall/1")


def test_nothing_new_is_none_and_no_time_is_zero() -> None:
    with answering(200, b"", limen_at="soon") as (url, _):
        one = limen(url)
        assert one.ask("/x", {}) is None
        assert one.at == 0


@pytest.mark.parametrize("body", [b'"' + b"x" * 100 + b'"', b"[]", b"1", b"{"])
def test_what_is_too_long_or_no_answer_is_refused(body: bytes) -> None:
    with answering(200, body) as (url, _), pytest.raises((Wrong, ValueError)):
        limen(url).ask("/x", {})


def test_the_secret_goes_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, b"{}") as (elsewhere, seen), answering(307, b"", location=elsewhere) as (url, _):
        monkeypatch.setenv("http_proxy", elsewhere)
        with pytest.raises(HTTPError):
            limen(url).ask("/x", {})
    assert seen == []


@pytest.mark.parametrize("url", ["http://limen.harbor.example", "ftp://localhost", "limen.harbor.example", ""])
def test_nothing_is_sent_unencrypted_to_another_machine(url: str) -> None:
    with pytest.raises(Wrong):
        limen(url)


def test_it_asks_for_ever_and_waits_longer_after_each_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    answers = iter([OSError, OSError, None, *[OSError] * 7])

    class EndError(BaseException):
        pass

    def ask() -> None:
        error = next(answers, EndError)
        if error is not None:
            raise error

    monkeypatch.setattr(asking.time, "sleep", waits.append)
    with pytest.raises(EndError):
        ask_for_ever(ask)
    assert waits == [0.5, 1.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
