from __future__ import annotations

from limen.data.inventory.kinds import KINDS
from limen.events.kind import Owner


def test_what_happens_with_stores_is_limens_or_an_administrators_and_tells_no_secret() -> None:
    assert {one.name: one.topic.owner for one in KINDS} == {
        "data.store_failed": Owner.LIMEN,
        "data.store_back": Owner.LIMEN,
        "data.store_secret_kept": Owner.OFFICE,
    }
