"""What is read of access from a real Limen: who is privileged, what was reviewed, granted and used."""

from __future__ import annotations

import asyncio

from tests.access.at_harbor import AtHarbor, Colleague, farid, harbor, oscar
from tests.access.reviews.harbor_reviews import begun
from tests.roadmap.data.houses import misses

from limen.access.reviews.model import Verdict, Way
from limen.clock import DAY
from limen.facts import LIMEN
from limen.identity.store import people
from limen.roadmap.data.access_reviewed import CONTROL as REVIEWED
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.no_standing_privilege import CONTROL as STANDING
from limen.roadmap.data.reading_access import access_evidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.looking import RoadmapJob

__all__ = ["farid", "harbor", "oscar"]


async def read(at: AtHarbor) -> Evidence:
    limen = at.house.limen
    await limen.journal.settled()
    limen.journal.flush()
    sources = RoadmapJob(limen.core).sources(at.house.clock.now())
    members = tuple(sources.database.read(lambda snapshot: people.members(snapshot.connection)))
    company = sources.company
    assert company is not None
    found = await asyncio.to_thread(access_evidence, sources, company, members, lambda: None)
    return Evidence(at=sources.now, company=company, members=members, data=DataEvidence(access=found))


async def test_who_holds_what_and_by_what_is_worked_out(harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    frida = await harbor.colleague("Frida", "staff", "finance")
    grant = await farid.approves(await oscar.asks())
    assert grant is not None
    access = (await read(harbor)).data.access
    assert access is not None
    assert {row.people for row in access.standing.rows if row.app == "payroll"} == {(frida.id,)}
    ways = {(one.person, one.held.way, one.held.by): one.given_at for one in access.ways if one.app == "crm"}
    assert ways == {(farid.id, Way.GROUP, "sales"): 0, (oscar.id, Way.GRANT, grant.id): grant.since}
    assert {one.person for one in access.opened if one.app == "crm"} == {farid.id}
    assert LIMEN not in {one.app for one in access.opened}
    assert access.reasons[grant.request_id].startswith("A customer")
    assert (access.grants[grant.id].approvers,) == ((farid.id,),)


async def test_what_a_person_reviewed_is_read_and_what_ended_by_itself_is_no_review(
    harbor: AtHarbor, farid: Colleague
) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    under = await begun(harbor)
    await under.tells(farid, await under.row(greta.id), Verdict.KEEP)
    found = REVIEWED.measured(await read(harbor))
    rows = {one.id: one.is_met for one in found.parts[0].rows}
    assert (rows[f"{greta.id} crm group sales"], rows[f"{farid.id} crm group sales"]) == (True, False)
    assert [one.is_met for one in found.parts[1].rows] == [True]
    harbor.house.clock.forward(22 * DAY)
    await under.reviews.follow_calendar()
    assert len((await read(harbor)).data.access.decided) == 2  # type: ignore[union-attr]
    assert f"{farid.id} crm group sales" in misses(REVIEWED.measured(await read(harbor)))


async def test_nobody_in_an_empty_company_meets_either(harbor: AtHarbor) -> None:
    empty = await read(harbor)
    assert not STANDING.measured(empty).is_met
    assert not REVIEWED.measured(empty).is_met
