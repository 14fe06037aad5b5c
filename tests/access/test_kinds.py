"""The kinds of events of access."""

from __future__ import annotations

from limen.access.kinds import KINDS
from limen.events.kind import Owner, Severity


def test_all_of_them_are_kept_how_limen_was_governed_and_waited_for() -> None:
    assert {kind.topic.owner for kind in KINDS} == {Owner.OFFICE}
    assert all(kind.acknowledged for kind in KINDS)
    assert {kind.name for kind in KINDS} == {
        f"access.{word}"
        for word in (
            *("requested", "approved", "refused", "withdrawn", "escalated"),
            *("granted", "extended", "ended", "expired", "denied"),
        )
    }
    assert [kind.name for kind in KINDS if kind.severity is Severity.MEDIUM] == ["access.denied"]
