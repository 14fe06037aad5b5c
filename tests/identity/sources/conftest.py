"""Sources over a whole identity, as `people.yaml` would declare them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.identity.conftest import House

from limen.identity.model import Member
from limen.identity.sources import store
from limen.identity.sources.model import PeopleSources, Source, SourceKind, SourcePerson
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.identity.sources.store import Record, Run

HR = Source(
    id="hr",
    kind=SourceKind.LDAP,
    title="HR",
    groups={"Sales Team": frozenset({"sales"}), "Bosses": frozenset({"administrators"})},
    departments={"Finance": frozenset({"finance"})},
    everyone=frozenset({"staff"}),
    adopts=("harbor.example",),
)


def said(called: str, **more: Any) -> SourcePerson:
    """What a source says of somebody called so."""
    given = {"external_id": f"x-{called.lower()}", "email": f"{called.lower()}@harbor.example", "name": called}
    return SourcePerson(**{**given, **more})


class AtWork:
    """Sources at work, and what a test may look at."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sources: SourcesOfPeople = house.parts.sources
        self.declare(HR)

    def declare(self, *sources: Source) -> None:
        self.house.known.set_rules(PeopleSources, PeopleSources(sources))

    async def run(self, *people: SourcePerson, source: str = "hr") -> Run:
        return await self.sources.run(source, people)

    async def members(self) -> dict[str, Member]:
        return {one.person.name: one for one in await self.house.parts.people.all()}

    def records(self, source: str = "hr") -> dict[str, Record]:
        found = self.house.database.read(lambda snapshot: store.of_source(snapshot.connection, source))
        return {one.external_id: one for one in found}


@pytest.fixture
def at_work(house: House) -> AtWork:
    return AtWork(house)
