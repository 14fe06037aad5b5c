"""Changes as pages make them; what the firewall hears of each is in test_service.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.network.firewalls.test_service import RULES, ask, enrolled, of
from tests.web.conftest import House, move_in

from limen.errors import LimenError
from limen.network.firewalls import store
from limen.network.firewalls.service import Went
from limen.network.firewalls.store import CONFIRMED, TRIAL, UNDONE


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def newest(house: House) -> store.RulesetChange:
    found = await house.limen.core.database.reading(lambda read: store.last_changes(read.connection, "gw1"))
    return found[0]


async def test_one_is_applied_tried_confirmed_and_loaded_anew_and_the_journal_says_by_whom(harbor: House) -> None:
    service = of(harbor)
    with pytest.raises(LimenError):
        await service.apply("gw1", RULES, "p-ada")
    secret, _ = await enrolled(harbor)
    with pytest.raises(LimenError):
        await service.put_back("gw1", "p-ada")
    await service.apply("gw1", RULES, "p-ada")
    change = await newest(harbor)
    assert (change.needs, change.made_by, service.on_trial_since(change)) == ("confirmation", "p-ada", None)
    with pytest.raises(LimenError):
        await service.decide("gw1", CONFIRMED, "p-ada")
    await ask(harbor, secret, Went(change.id, TRIAL))
    assert service.on_trial_since(change) is not None
    await service.decide("gw1", CONFIRMED, "p-ada")
    await service.put_back("gw1", "p-bob")
    again = await newest(harbor)
    assert (again.digest, again.needs, again.made_by) == (change.digest, "reach", "p-bob")
    await service.decide("gw1", UNDONE, "p-bob")
    assert (await newest(harbor)).state == UNDONE
    assert [one.actor for one in reversed(harbor.events("network.change_made"))] == ["p-ada", "p-bob"]
