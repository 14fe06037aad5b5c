from __future__ import annotations

from tests.web.conftest import House, ports_of

from limen.clock import DAY, HOUR
from limen.storage.journal.usage import last_used
from limen.web.access.usage import WINDOW, used_lately
from limen.web.build import declared
from limen.web.site import Site


async def test_what_was_used_is_read_once_in_a_while_and_not_beyond_the_window(house: House) -> None:
    tom = house.browser()
    who = await house.member(tom, "Tom", "staff")
    await (await house.into(tom, "wiki")).get("/")
    house.limen.journal.flush()
    site, now = Site(ports_of(house), declared()), house.clock.now()
    found = await used_lately(site, now)
    assert (who, "wiki", "view") in last_used(found)
    assert await used_lately(site, now + 1) is found
    assert WINDOW == 90 * DAY
    later = await used_lately(site, now + WINDOW + HOUR)
    assert (who, "wiki", "view") not in last_used(later)
