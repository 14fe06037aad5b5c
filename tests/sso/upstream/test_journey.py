"""What somebody is sent away for."""

from __future__ import annotations

from limen.sso.upstream.journey import Journey, ReturnRefusedError


def test_a_links_secret_is_in_no_text() -> None:
    assert "hidden" not in repr(Journey(token="hidden"))


def test_a_refusal_keeps_its_word_to_itself() -> None:
    refused = ReturnRefusedError("state-unknown")
    assert refused.word == "state-unknown"
    assert "state-unknown" not in str(refused)
