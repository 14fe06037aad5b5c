from __future__ import annotations

import asyncio

from tests.web.console.conftest import Console

from limen.company.candidate import added, candidate
from limen.company.publish import SERVER, publish

WATCHED = """
@id("wiki-only-with-a-code")
@title("The wiki only with <a code>")
@state("report-only")
forbid (principal, action, resource == App::"wiki");
"""


async def watch(console: Console) -> None:
    limen = console.house.limen
    assert limen.in_force.company is not None
    after = candidate(limen.in_force.company, added(limen.in_force.company, WATCHED))
    arrived = asyncio.Event()
    stop = limen.known.watch(lambda subject: arrived.set() if subject[0] == "apps" else None)
    publish(limen.database, after, SERVER, "Look first", limen.clock.now())
    await arrived.wait()
    stop()
    assert limen.in_force.engine.revision == after.revision


async def test_a_watched_policy_names_whom_it_would_have_met_and_can_be_enforced(console: Console) -> None:
    await watch(console)
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    for _ in range(3):
        await console.ask(eve, "wiki")
    page = (await console.ada.get("/console/policies/wiki-only-with-a-code/watched")).text
    assert "The wiki only with &lt;a code&gt;" in page
    assert "by 1 person in the last 30 days" in page
    assert f'href="/console/people/{eve_id}"' in page
    assert "<strong>Wiki</strong>" in page
    assert 'action="/console/policies/wiki-only-with-a-code/state"' in page
    assert 'name="state" value="enforce"' in page


async def test_only_what_is_watched_is_counted(console: Console) -> None:
    assert (await console.ada.get("/console/policies/staff-work/watched")).status_code == 404
    assert (await console.ada.get("/console/policies/no-such/watched")).status_code == 404


async def test_a_policy_that_met_nobody_says_so(console: Console) -> None:
    page = (await console.ada.get("/console/policies/administration-on-managed-devices/watched")).text
    assert "would have refused no requests in the last 30 days" in page
