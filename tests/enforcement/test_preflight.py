from __future__ import annotations

import json

from limen.enforcement.preflight import Preflight, leave, no_leave, preflight_in
from limen.facts import App, Cors, Upstream

ASKED = [
    (b"host", b"wiki.harbor.example"),
    (b"origin", b"https://portal.harbor.example"),
    (b"access-control-request-method", b"PUT"),
    (b"access-control-request-headers", b"Content-Type, X-Csrf"),
    (b"access-control-request-headers", b"x-more"),
]


def test_it_is_read_off_the_wire() -> None:
    asked = preflight_in("OPTIONS", ASKED)
    assert asked == Preflight("https://portal.harbor.example", "PUT", ("content-type", "x-csrf", "x-more"))


def test_nothing_else_is_one() -> None:
    assert preflight_in("GET", ASKED) is None
    assert preflight_in("OPTIONS", ASKED[:2]) is None
    assert preflight_in("OPTIONS", [ASKED[0], ASKED[2]]) is None


def test_what_is_not_declared_is_named() -> None:
    cors = Cors(frozenset({"https://portal.harbor.example"}), frozenset({"PUT"}), frozenset({"content-type"}))
    assert Preflight("o", "PUT", ("content-type",)).undeclared(cors) == ""
    assert Preflight("o", "put", ()).undeclared(cors) == "put"
    assert Preflight("o", "PUT", ("content-type", "x-csrf")).undeclared(cors) == "x-csrf"


def test_field_names_without_end_are_not_declared() -> None:
    named = b",".join(b"content-type" for _ in range(200))
    asked = preflight_in("OPTIONS", [*ASKED[:3], (b"access-control-request-headers", named)])
    assert asked is not None
    assert len(asked.headers) <= 65
    assert asked.undeclared(Cors(methods=frozenset({"PUT"})))


def test_leave_says_what_the_app_declares_and_no_more() -> None:
    cors = Cors(frozenset({"https://portal.harbor.example"}), frozenset({"PUT", "GET"}), frozenset({"x-csrf"}))
    app = App("wiki", "Wiki", "wiki.harbor.example", Upstream("http://127.0.0.1:9"), cors=cors)
    reply = leave(app, Preflight("https://portal.harbor.example", "PUT", ()))
    said = dict(reply.fields)
    assert (reply.status, reply.body) == (204, b"")
    assert said[b"access-control-allow-origin"] == b"https://portal.harbor.example"
    assert said[b"access-control-allow-methods"] == b"GET, PUT"
    assert said[b"access-control-allow-headers"] == b"x-csrf"
    assert b"Origin" in said[b"vary"]


def test_a_refusal_names_what_is_missing_and_repeats_nothing_else() -> None:
    reply = no_leave("x-\x1b[31m" + "y" * 900)
    assert reply.status == 403
    assert not [name for name, _ in reply.fields if name.startswith(b"access-control")]
    said = json.loads(reply.body)["error_description"]
    assert "\x1b" not in said
    assert len(said) < 200
