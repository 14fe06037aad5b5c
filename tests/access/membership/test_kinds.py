from __future__ import annotations

from limen.access.membership.kinds import KINDS
from limen.events.kind import Severity


def test_what_somebody_keeps_without_a_grant_is_grave() -> None:
    assert {kind.name for kind in KINDS if kind.severity is Severity.HIGH} == {
        "directory.member_overstayed",
        "directory.removal_failed",
        "directory.stranger_found",
        "directory.stranger_removed",
    }
    assert {kind.name.partition(".")[0] for kind in KINDS} == {"directory"}
