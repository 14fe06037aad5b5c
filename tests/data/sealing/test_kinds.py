from __future__ import annotations

from limen.data.sealing.kinds import KINDS
from limen.events.kind import Owner


def test_what_happens_with_keys_stays_when_somebody_is_erased() -> None:
    of_keys = [kind for kind in KINDS if "key" in kind.name or "shred" in kind.name]
    assert {kind.topic.owner for kind in of_keys} == {Owner.OFFICE}
    assert all(kind.acknowledged for kind in KINDS)
