"""Whoever answers for a program says whether it is still needed; nobody else does it for them."""

from __future__ import annotations

from tests.web.conftest import House

from limen.access.service_accounts import store
from limen.access.service_accounts.model import Seen
from limen.access.service_accounts.service import Claim, claim, take_over
from limen.clock import DAY
from limen.identity import workloads
from limen.identity.model import Terms, Workload


def the_workload(house: House) -> Workload:
    return house.limen.database.read(workloads.listed)[0].workload


async def test_an_owner_keeps_and_ends_what_is_theirs_and_nobody_elses(house: House) -> None:
    ida, tom = house.browser(), house.browser()
    owner, _other = await house.member(ida, "Ida", "staff"), await house.member(tom, "Tom", "staff")
    now, core = house.clock.now(), house.limen.core
    assert 'class="empty"' in (await ida.get("/programs")).text
    said = Terms(owner, "Sends <b>invoices", now + 9 * DAY)
    workloads.add(house.limen.database, "batch", ["wiki"], [], 90, now, terms=said, by="server")
    await core.write(lambda t: take_over(t, "corp", [Seen(external_id="1", kind="x", name="svc-backup")], now))
    (account,) = house.limen.database.read(lambda s: store.every(s.connection))
    await core.write(lambda t: claim(t, account.id, Claim(owner, "Backups", now + 9 * DAY), now, by="server"))
    page = (await ida.get("/programs")).text
    assert ("Sends &lt;b&gt;invoices" in page, "svc-backup" in page) == (True, True)
    assert "batch" not in (await tom.get("/programs")).text

    ends = workloads.last_day(now + 200 * DAY, core.settings.zone)
    until = workloads.end_of_day(ends, core.settings.zone)
    at = (f"/programs/workloads/{the_workload(house).id}", f"/programs/accounts/{account.id}")
    for path in at:
        for verb in ("keep", "end"):
            assert (await tom.post(f"{path}/{verb}", ends=ends)).headers["location"] == "/programs?done=refused"
        for wrong in ("soon", "2099-01-01"):
            assert (await ida.post(f"{path}/keep", ends=wrong)).headers["location"] == "/programs?done=refused"
        assert (await ida.post(f"{path}/keep", ends=ends)).headers["location"] == "/programs?done=kept"
    (kept,) = house.limen.database.read(lambda s: store.every(s.connection))
    assert the_workload(house).expires_at == kept.until == until
    assert (await ida.post(f"{at[0]}/end")).headers["location"] == "/programs?done=ended"
    assert (await ida.post(f"{at[1]}/end")).headers["location"] == "/programs?done=given-up"
    (released,) = house.limen.database.read(lambda s: store.every(s.connection))
    assert (the_workload(house).active, released.owner) == (False, "")
