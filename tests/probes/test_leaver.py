"""The leaver's probe in the real house: what it holds is refused once it is deactivated, and it says where it isn't."""

from __future__ import annotations

import pytest
from tests.web.conftest import House

from limen.facts import FactStore
from limen.facts.tables import Subject
from limen.probes import leaver
from limen.probes.model import Outcome, outcome_of

WAYS = {*leaver.WAYS, leaver.TOKEN}


async def test_all_that_it_holds_is_refused_once_it_has_left(house: House) -> None:
    tries = {one.name: one for one in await leaver.run(house.limen.core)}
    assert tries.keys() >= WAYS
    assert {"in_memory", "open_streams"} <= tries.keys()
    assert outcome_of(tries.values()) == (Outcome.HELD, "")
    assert all(0 <= tries[name].took <= leaver.WITHIN for name in WAYS)


async def test_it_says_so_where_somebody_who_left_can_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory hears of no mark, and of no person who is inactive: what a feed that lost its changes would be."""
    monkeypatch.setattr(leaver, "PATIENCE_SECONDS", 0.5)
    known = house.limen.known
    put = type(known.synthetic).put

    def deaf(_known: FactStore, _subject: Subject, _at: int) -> None: ...

    monkeypatch.setattr(FactStore, "set_not_before", deaf)
    monkeypatch.setattr(type(known.synthetic), "put", lambda table, one: put(table, one) if one.active else None)
    tries = {one.name: one for one in await leaver.run(house.limen.core)}
    assert tries[leaver.SESSION].held is False
    assert tries[leaver.CONNECTION].held is False
    assert outcome_of(tries.values())[0] is Outcome.DID_NOT_HOLD
