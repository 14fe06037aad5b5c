"""Two administrators change the same at once, each at another worker: one wins, the other is told, and Limen can still
be administered whoever does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.access.at_harbor import WHY
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import House

from limen.access.errors import DecidedError
from limen.access.services import Access
from limen.clock import HOUR
from limen.company import publish as publishing
from limen.company.gate import LockedOutError
from limen.company.load import load_company
from limen.company.publish import CONSOLE, OvertakenError, publish
from limen.facts import Session
from limen.identity.errors import LastAdministratorError, NobodyCouldAdministerError
from limen.storage.change_feed import Feed

ONLY_AUDITORS = """
@id("auditors-alone")
@title("Whoever administers Limen audits as well")
@reason("Tests.")
forbid (principal, action == Action::"administer", resource == App::"limen")
unless { principal in Group::"finance" };
"""


@pytest.fixture
async def two(tmp_path: Path, where: str) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, where) as running:
        yield running


async def administrators(two: TwoLimens) -> tuple[str, str]:
    """Ada, and Ben who alone is in the group of finance, too."""
    ada = await two.here.administrator(two.here.browser())
    ben = await two.here.member(two.here.browser(), "Ben", "administrators", "staff", "finance")
    await two.caught_up()
    return ada, ben


def newest_session(house: House, person: str) -> Session:
    (session,) = house.limen.known.issued_to(("person", person))
    return session


def only_ben(two: TwoLimens) -> publishing.Company:
    root = two.here.limen.core.root
    (root / "policies" / "95-auditors.cedar").write_text(ONLY_AUDITORS)
    return replace(load_company(root), tests=())


async def outcomes(*works: object) -> list[object]:
    return list(await asyncio.gather(*works, return_exceptions=True))  # type: ignore[call-overload]


async def test_of_two_that_let_each_other_go_one_stays(two: TwoLimens) -> None:
    ada, ben = await administrators(two)
    here, there = (house.limen.identity.people for house in (two.here, two.there))
    came = await outcomes(here.deactivate(ben, by=ada), there.deactivate(ada, by=ben))
    assert [type(one) for one in came if one is not None] == [LastAdministratorError]
    await two.caught_up()
    active = {one.id: one.active for one in two.here.limen.known.people.values() if one.id in (ada, ben)}
    assert sorted(active.values()) == [False, True]


async def test_a_revision_that_leaves_one_administrator_is_refused_where_they_go_meanwhile(
    two: TwoLimens, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = await administrators(two)
    candidate, database = only_ben(two), two.here.limen.database
    passed = publishing.pass_gate
    loop = asyncio.get_running_loop()

    def pass_gate(*given: object) -> object:
        found = passed(*given)  # type: ignore[arg-type]
        asyncio.run_coroutine_threadsafe(two.there.limen.identity.people.deactivate(ben, by=ada), loop).result(20)
        return found

    monkeypatch.setattr(publishing, "pass_gate", pass_gate)
    with pytest.raises(LockedOutError, match="auditors-alone"):
        await asyncio.to_thread(publish, database, candidate, ada, "Auditors alone", two.here.clock.now(), via=CONSOLE)


async def test_whom_a_revision_leaves_alone_stays_at_a_worker_that_does_not_follow_it_yet(
    two: TwoLimens, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = await administrators(two)
    candidate = only_ben(two)
    stops = asyncio.Event()

    async def stands_still(_feed: Feed) -> None:
        await stops.wait()

    monkeypatch.setattr(Feed, "_round_trip", stands_still)
    await asyncio.sleep(0.3)  # the turn that is under way
    publish(two.here.limen.database, candidate, ada, "Auditors alone", two.here.clock.now(), via=CONSOLE)
    work = two.there.limen.identity.people.deactivate(ben, by=ada)
    with pytest.raises(NobodyCouldAdministerError):
        await work
    monkeypatch.undo()
    stops.set()


async def test_of_two_revisions_from_one_beginning_one_is_published(two: TwoLimens) -> None:
    ada, ben = await administrators(two)
    base = two.here.limen.in_force.engine.revision
    assert two.here.limen.in_force.company is not None
    assert two.here.limen.in_force.company.revision == base
    one, now = only_ben(two), two.here.clock.now()
    (two.here.limen.core.root / "policies" / "95-auditors.cedar").unlink()
    apps = two.here.limen.core.root / "apps.yaml"
    apps.write_text(apps.read_text().replace("label: internal", "label: public", 1))
    other = replace(load_company(two.here.limen.core.root), tests=())

    def published(house: House, company: publishing.Company, by: str) -> object:
        return publish(house.limen.database, company, by, "at once", now, expected=base, via=CONSOLE)

    came = await outcomes(
        asyncio.to_thread(published, two.here, one, ada), asyncio.to_thread(published, two.there, other, ben)
    )
    assert sum(isinstance(each, OvertakenError) for each in came) == 1
    (won,) = [each for each in came if not isinstance(each, Exception)]
    await two.caught_up()
    assert {house.limen.in_force.engine.revision for house in (two.here, two.there)} == {won.id}  # type: ignore[attr-defined]


async def test_a_request_is_answered_once(two: TwoLimens) -> None:
    people = {
        name: await two.here.member(two.here.browser(), name, "staff", group)
        for name, group in (("Oscar", "engineering"), ("Farid", "sales"), ("Selma", "sales"))
    }
    await two.caught_up()
    access = [house.limen.core.offers.take(Access) for house in (two.here, two.there)]
    oscar, farid, selma = (newest_session(two.here, people[name]) for name in ("Oscar", "Farid", "Selma"))
    asked = await access[0].ask(oscar, "crm", ("view",), 2 * HOUR, WHY)
    came = await outcomes(access[0].approve(farid, asked.id), access[1].refuse(selma, asked.id))
    assert sum(isinstance(one, DecidedError) for one in came) == 1, came
    was_refused = isinstance(came[0], DecidedError)
    await two.caught_up()
    for house in (two.here, two.there):
        assert bool(house.limen.known.grants.get(people["Oscar"])) is not was_refused
