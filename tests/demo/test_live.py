"""The live demo: its people do things that happen, and whoever watches gets a link of their own."""

from __future__ import annotations

import asyncio
import random

from limen.demo import live
from limen.demo.harbor import folder, read_day
from limen.demo.running_company import RunningCompany


async def test_people_go_about_and_each_request_is_decided(company: RunningCompany, monkeypatch: object) -> None:
    monkeypatch.setattr(live, "PAUSE_SECONDS", (0.0, 0.0))
    going = asyncio.create_task(live.go_about(company, read_day(folder()), random.Random(7)))
    journal = company.limen.journal
    for _ in range(1_200):
        await asyncio.sleep(0.05)
        decided = journal.recent(500, lambda event: event.decision is not None and event.decision.door == "gateway")
        if len({event.decision.effect for event in decided}) == 3:
            break
    assert not going.done()
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    assert {event.decision.effect for event in decided} == {"permit", "challenge", "deny"}


async def test_whoever_watches_becomes_an_administrator_by_a_link(company: RunningCompany) -> None:
    link = await live.invite_the_visitor(company)
    assert link.url.startswith(company.limen.settings.public_url + "/enrol#")
    visitor = company.limen.known.people.get(link.link.person_id)
    assert visitor is None or not visitor.active
    again = await live.invite_the_visitor(company)
    assert again.link.person_id == link.link.person_id
    assert again.url != link.url
