from __future__ import annotations

import json

from limen.front.caddy_log import PER_MINUTE, Heard


def line(**told: object) -> bytes:
    return json.dumps(told).encode()


def test_only_what_matters_is_said_and_no_request_field() -> None:
    heard = Heard()
    assert heard.line(line(level="info", msg="serving"), 0) == ""
    said = heard.line(line(level="error", msg="broke", error="why", request={"headers": {"Cookie": "secret"}}), 0)
    assert said == "broke: why"
    assert heard.line(line(level="info", msg="certificate obtained successfully", identifier="a.b"), 0)


def test_it_is_bounded() -> None:
    heard = Heard()
    said = [heard.line(line(level="error", msg=f"{n}"), 0) for n in range(100)]
    assert sum(bool(one) for one in said) == PER_MINUTE
    assert heard.line(line(level="error", msg="0"), 61)
    assert heard.line(b"\xff not json", 0) == ""
    assert heard.line(b"[]", 0) == ""


def test_last_words_are_kept() -> None:
    heard = Heard()
    heard.line(b"Error: no such thing\n", 0)
    assert heard.last_error == "no such thing"
