from __future__ import annotations

from tests.web.conftest import House
from tests.web.data.conftest import NOW, SHARE, filled

from limen.clock import DAY
from limen.data.inventory.reach import Reach
from limen.facts import Label
from limen.web.data.overview import StoreOverview, labels_of, stale_before


def test_the_label_of_a_store_is_the_higher_of_what_is_meant_and_what_is_there() -> None:
    one = StoreOverview(SHARE, None, None, Reach())
    assert (one.label, one.is_exposed) == (Label.INTERNAL, False)
    assert labels_of({"shares": SHARE}) == {"shares": Label.INTERNAL}
    assert stale_before({"shares": SHARE}, NOW) == {"shares": NOW - 365 * DAY}


async def test_fixtures_of_stores_are_there(house: House) -> None:
    await filled(house)
