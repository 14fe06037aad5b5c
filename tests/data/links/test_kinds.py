"""What happens with links, as events."""

from __future__ import annotations

from limen.data.links.kinds import KINDS


def test_none_shows_a_document_or_an_address() -> None:
    assert all(one.name.startswith("data.link") for one in KINDS)
    assert {detail for one in KINDS for detail in one.shown} <= {"store", "why", "needs"}
