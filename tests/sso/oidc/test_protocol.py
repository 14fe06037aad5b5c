"""Requests and answers as values."""

from __future__ import annotations

from limen.sso.oidc.protocol import ProtocolReply, ProtocolRequest


def test_a_request_and_an_answer_as_values() -> None:
    wire = ProtocolRequest("POST", "/t", {"a": ["query"], "b": ["2"]}, {"a": ["form"]})
    assert (wire.one("a"), wire.one("b"), wire.one("c")) == ("form", "2", "")
    assert ProtocolReply(302, {}, (("Location", "https://a/"),)).location == "https://a/"
