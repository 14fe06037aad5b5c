from __future__ import annotations

from limen.devices.kinds import KINDS
from limen.events.kind import Owner, Severity


def test_all_of_it_is_about_its_owner_and_what_strangers_cause_is_bounded() -> None:
    assert {kind.topic.owner for kind in KINDS} == {Owner.PERSON}
    assert {kind.name for kind in KINDS if kind.by_strangers} == {"device.refused"}
    assert {kind.name for kind in KINDS if kind.severity is Severity.CRITICAL} == {
        "device.cloned",
        "device.cookie_copied",
    }
