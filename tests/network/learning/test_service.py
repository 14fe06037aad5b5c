"""What firewalls tell while Limen runs is counted, and kept."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from tests.network.networks import harbor

from limen.clock import DAY, SECOND, SetClock
from limen.network.learning import store
from limen.network.learning.flows import ObservedFlow, ends_of
from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import Network
from limen.storage import Database

NOW = 20_000 * DAY
ENDS = ends_of("10.10.0.7", "10.20.0.10")
assert ENDS is not None
FLOW = ObservedFlow(NOW, "office", "servers", *ENDS, 6, 443, 3)


def learning(where: Any, network: Network | None, **more: Any) -> Learning:
    known = SimpleNamespace(rules_of=lambda _kind: network)
    core = SimpleNamespace(known=known, database=Database.open(where), clock=SetClock(NOW))
    return Learning(cast("Any", core), **more)


def kept(one: Learning) -> list[tuple[str, int]]:
    rows = one._core.database.read(lambda s: store.since(s.connection, 0))
    return sorted((contact.person_id, tally.count) for contact, tally in rows.items())


async def test_connections_are_written_down_and_whose_they_are(where: str) -> None:
    one = learning(where, harbor(), whose=lambda _family, _address, at: ("p_ida", "") if at == NOW else ("", ""))
    one.take([FLOW, FLOW, replace(FLOW, at=NOW + 1), replace(FLOW, person_id="p_ben")])
    await one.keep()
    one.take([FLOW])
    await one.keep()
    assert kept(one) == [("", 3), ("p_ben", 3), ("p_ida", 9)]


async def test_without_zones_nothing_is_counted(where: str) -> None:
    for network in (None, Network(())):
        one = learning(where, network)
        one.take([FLOW])
        await one.keep()
        assert kept(one) == []


async def test_what_can_not_be_written_is_written_at_the_next_turn(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = learning(where, harbor())
    one.take([FLOW])

    async def full(_work: object) -> None:
        raise OperationalError("disk", None, Exception("full"))

    with monkeypatch.context() as failing:
        failing.setattr(Database, "writing", lambda _self, work: full(work))
        with pytest.raises(OperationalError):
            await one.keep()
    one.take([FLOW])
    await one.keep()
    assert kept(one) == [("", 6)]


async def test_days_of_long_ago_are_forgotten(where: str) -> None:
    one = learning(where, harbor())
    one.take([replace(FLOW, at=NOW - 91 * DAY), FLOW])
    await one.keep()
    await one.forget()
    assert kept(one) == [("", 3)]


async def test_what_was_refused_to_somebody_is_known_before_and_after_it_is_written(where: str) -> None:
    one = learning(where, harbor(), whose=lambda *_: ("p_ida", "d_ida"))
    one.refused([Begun(NOW // SECOND, "10.10.0.7", "10.20.0.10", 6, 443, 2), Begun(0, "no", "address", 6, 443, 1)])
    assert [(each.destination, each.count) for each in await one.refused_to("p_ida")] == [("files", 2)]
    await one.keep()
    assert [(each.destination, each.count) for each in await one.refused_to("p_ida")] == [("files", 2)]
    assert await one.refused_to("p_ben") == []
