from __future__ import annotations

from limen.devices.signals.kinds import KINDS
from limen.events.kind import Owner


def test_what_is_said_of_a_person_is_theirs_and_strangers_cause_one_kind_alone() -> None:
    assert {kind.name for kind in KINDS if kind.by_strangers} == {"device.signal_refused"}
    whose = {kind.name: kind.topic.owner for kind in KINDS}
    assert (whose["device.signal"], whose["device.signal_refused"]) == (Owner.PERSON, Owner.LIMEN)
    assert all(kind.acknowledged for kind in KINDS if kind.topic.owner is Owner.PERSON)
