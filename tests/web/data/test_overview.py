from __future__ import annotations

from tests.web.conftest import Browser, House
from tests.web.data.conftest import BUCKET, EMPTY, SHARE, filled, state

from limen.web.data.overview import stated


async def test_what_is_in_force_is_what_is_shown_at_once(house: House, ada: Browser) -> None:
    await filled(house)
    before = await ada.get("/console/data")
    assert [before.text.count(f'id="{one.name}"') for one in (SHARE, BUCKET, EMPTY)] == [1, 1, 1]
    state(house, BUCKET)
    assert (await ada.get("/console/data")).text.count('id="shares"') == 0
    assert stated(_site(house)) == {"archive": BUCKET}  # type: ignore[arg-type]


def _site(house: House) -> object:
    class Known:
        known = house.limen.known

    return Known
