"""All at once, one by one, to nobody who is away; each kind with its event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.identity.conftest import House

from limen.identity.errors import UnfitError
from limen.identity.handing_over import hand_over, held_by
from limen.identity.model import Visitor
from limen.pillar import Holding, Holdings


class Keys:
    """Keys of rooms, which somebody has; and a badge, which nobody takes over."""

    def __init__(self) -> None:
        self.of = {"red": "ben", "blue": "ben"}

    def list(self, *_: Any) -> list[Holding]:
        return [Holding(one, one) for one, who in self.of.items() if who == "ben"]

    def move(self, _transaction: Any, ids: Sequence[str], _person: Any, to: Any, _now: int, _by: str) -> int:
        self.of |= dict.fromkeys(ids, to.id)
        return len(ids)

    @property
    def kinds(self) -> tuple[Holdings, ...]:
        badge = Holdings("badges", "Badges", lambda *_: [Holding("b", "Badge", note="Collect it.")])
        return Holdings("keys", "Keys", self.list, self.move), badge, Holdings("cars", "Cars", lambda *_: [])


async def test_what_is_chosen_goes_and_what_nobody_takes_over_stays(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person
    ben = (await house.enrol(await house.invited(), house.passkey(), visitor)).person
    keys, now = Keys(), house.clock.now()
    held = house.database.read(lambda s: held_by(s.connection, ben, now, keys.kinds))
    assert [one.kind.name for one in held] == ["keys", "badges"]

    async def done(chosen: Any, to: str = ada.id) -> dict[str, int]:
        return await house.ports.write(lambda tx: hand_over(tx, ben, to, chosen, now, keys.kinds, by="p_ada"))

    assert await done({"keys": ["red", "green"], "badges": ["b"]}) == {"keys": 1}
    assert keys.of == {"red": ada.id, "blue": "ben"}
    assert await done(None) == {"keys": 1}
    assert await done(None) == {}
    said = [(one.subject, one.details["what"], one.details["count"]) for one in house.events("handover.done")]
    assert said == [(ben.id, "keys", 1)] * 2
    for nobody in (ben.id, "p_nobody", (await house.invited("Mia", "mia@harbor.example")).link.person_id):
        with pytest.raises(UnfitError):
            await done(None, nobody)
