"""Requests and answers as values."""

from __future__ import annotations

from limen.sso.oidc.wire import Reply, Wire


def test_a_request_and_an_answer_as_values() -> None:
    wire = Wire("POST", "/t", {"a": ["query"], "b": ["2"]}, {"a": ["form"]})
    assert (wire.one("a"), wire.one("b"), wire.one("c")) == ("form", "2", "")
    assert Reply(302, {}, (("Location", "https://a/"),)).location == "https://a/"
