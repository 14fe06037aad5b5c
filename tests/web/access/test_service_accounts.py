"""Service accounts in the console: what a directory says of them can't run; claimed and released with a fresh proof."""

from __future__ import annotations

from tests.web.conftest import House

from limen.access.service_accounts.model import Seen
from limen.access.service_accounts.service import take_over
from limen.clock import DAY
from limen.identity.workloads import last_day


async def test_one_is_shown_claimed_and_released(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    at, core = "/console/service-accounts", house.limen.core
    assert 'class="empty"' in (await ada.get(at)).text
    told = Seen(external_id="1", kind="principal", name="<b>backup", detail="x<script>", secrets=1, secret_at=5)
    await core.write(lambda t: take_over(t, "corp", [told], house.clock.now()))
    page = (await ada.get(at)).text
    shown = ("&lt;b&gt;backup", "x&lt;script&gt;", "Unclaimed", "Old secret", "never expires")
    assert [one in page for one in shown] == [True] * len(shown)
    account = page.partition(f"{at}/")[2].partition("/")[0]
    said = {"owner": "ada@harbor.example", "purpose": "Backups"}
    said["ends"] = last_day(house.clock.now() + 90 * DAY, core.settings.zone)
    for wrong in ({"owner": "eve@harbor.example"}, {"purpose": ""}, {"ends": "soon"}):
        assert "data-problem" in (await ada.post(f"{at}/{account}/claim", **{**said, **wrong})).text
    done = await ada.post(f"{at}/{account}/claim", **said)
    assert done.headers["location"] == f"{at}?done=claimed"
    page = (await ada.get(f"{at}?show=unclaimed")).text
    assert "&lt;b&gt;backup" not in page
    assert "Backups" in (await ada.get(at)).text
    assert "<b>" not in (await ada.get("/console/identities?kind=service-account")).text.partition("<main")[2]
    assert (await ada.post(f"{at}/{account}/release")).headers["location"] == f"{at}?done=released"
    assert (await ada.post(f"{at}/ask", directory="corp")).headers["location"] == f"{at}?done=asked"
