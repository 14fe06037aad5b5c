"""Where data lies, as it is read from a real Limen: its company, its inventory, its journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.roadmap.data.houses import SHARES
from tests.web.conftest import House, move_in

from limen.data.data_file import FILE
from limen.data.findings import store as findings
from limen.data.findings.model import FOUND, State, Triage
from limen.data.inventory import kept_stores
from limen.data.rules.stated import DataRules, LabelRule
from limen.events import Event
from limen.facts import LIMEN, Label
from limen.identity.store import people
from limen.roadmap.catalogue import BY_ID
from limen.roadmap.data.evidence import DataEvidence, StoreEvidence
from limen.roadmap.data.reading_stores import store_evidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.looking import RoadmapJob

RULES = DataRules(
    labels=(
        LabelRule(Label.CONFIDENTIAL, strength=2, healthy=True),
        LabelRule(Label.RESTRICTED, strength=3, healthy=True),
    ),
    stores=(SHARES,),
)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def read(house: House) -> tuple[StoreEvidence, Evidence]:
    sources = RoadmapJob(house.limen.core).sources(house.clock.now())
    assert sources.company is not None
    company = replace(sources.company, parts={**sources.company.parts, FILE: RULES})
    members = tuple(sources.database.read(lambda snapshot: people.members(snapshot.connection)))
    found = store_evidence(replace(sources, company=company), company, members, lambda: None)
    whole = Evidence(at=sources.now, company=company, members=members, data=DataEvidence(stores=found))
    return found, whole


async def test_apps_and_stores_are_held_to_what_their_label_needs(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    await harbor.member(harbor.browser(), "Ben", "staff", "finance")
    found, whole = read(harbor)
    assert set(found.app_lacks) == {
        one.id for one in whole.apps.values() if one.label >= Label.CONFIDENTIAL and one.id != LIMEN
    }
    assert [one.store for one in found.stores] == [SHARES]
    in_proportion, classified = BY_ID["P2"].measured(whole), BY_ID["P1"].measured(whole)
    assert "store:shares" in {one.id for one in in_proportion.parts[0].misses}  # nobody went through it
    assert not classified.parts[1].is_known


async def test_what_was_gone_through_is_known(harbor: House) -> None:
    assert read(harbor)[0].stores[0].state is None
    at = harbor.clock.now()

    def walk(transaction: object) -> None:
        connection = transaction.connection  # type: ignore[attr-defined]
        kept_stores.end_walk(connection, kept_stores.begin_walk(connection, "shares", SHARES.place, "m", at), at)

    await harbor.limen.core.write(walk)
    state = read(harbor)[0].stores[0].state
    assert state is not None
    assert state.whole_at == at


async def test_a_stop_that_somebody_decided_about_is_read_as_wrong(harbor: House) -> None:
    for number, passed in enumerate((False, False, True)):
        details = {"channel": "upload", "passed": passed}
        event = Event(id="", at=harbor.clock.now(), kind=FOUND, actor=f"p_{number}", details=details)
        harbor.limen.journal.record(event)
    harbor.limen.journal.flush()
    stops = read(harbor)[0].stops
    assert stops is not None
    assert [one.was_wrong for one in stops] == [False, False]
    first, made = stops[0].id, Triage(State.NOT_SENSITIVE, decided_by="p_ada", at=1)
    await harbor.limen.core.write(lambda transaction: findings.keep_triage(transaction.connection, first, made))
    again = read(harbor)[0].stops
    assert again is not None
    assert {one.id: one.was_wrong for one in again} == {stops[0].id: True, stops[1].id: False}
