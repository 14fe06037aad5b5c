from __future__ import annotations

from limen.events.kind import Severity
from limen.sso.provisioning.kinds import KINDS


def test_who_is_still_in_or_is_again_and_what_is_much_at_once_is_grave() -> None:
    assert {kind.name for kind in KINDS if kind.severity is Severity.HIGH} == {
        "provision.back",
        "provision.deactivation_failed",
        "provision.stopped",
    }
    assert {kind.name.partition(".")[0] for kind in KINDS} == {"provision"}
