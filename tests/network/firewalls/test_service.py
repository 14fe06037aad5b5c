"""Firewalls enrol once with a token, and ask from then on with a secret of their own; changes are tried, confirmed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import House, move_in

from limen.clock import DAY, MINUTE
from limen.errors import LimenError
from limen.following.questions import FollowerRefusedError
from limen.network.firewalls import changes, service, store
from limen.network.firewalls.followers import Opened
from limen.network.firewalls.service import Asks, FirewallService, Told, Went
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE, RulesetChange
from limen.network.packets import Box

HERE = "203.0.113.50"
RULES = '{"nftables": []}'


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def of(house: House) -> FirewallService:
    return house.limen.core.offers.take(FirewallService)


async def token(house: House, name: str = "gw1") -> str:
    now = house.clock.now()
    return await house.limen.core.write(lambda write: service.make_token(write, name, now, ""))


async def enrolled(house: House, name: str = "gw1") -> tuple[str, dict[str, Any]]:
    """The firewall's secret, and its first state."""
    done = await of(house).enrol(await token(house, name), HERE)
    return done.secret, json.loads(done.told.state.text)


async def send(house: House, ruleset: str = RULES, needs: changes.Needs = "confirmation") -> RulesetChange:
    now = house.clock.now()
    return await house.limen.core.write(lambda write: changes.make_change(write, "gw1", ruleset, needs, now, ""))


async def decide(house: House, state: str) -> None:
    now = house.clock.now()
    await house.limen.core.write(lambda write: changes.decide_change(write, "gw1", state, now, ""))


async def ask(house: House, secret: str, went: Went | None = None, *has: str) -> tuple[Told, dict[str, Any]]:
    told = await asyncio.wait_for(of(house).ask(secret, Asks(0, "", went, frozenset(has)), HERE), 60)
    assert told is not None
    return told, json.loads(told.state.text)


async def state_of(house: House, change: RulesetChange) -> str:
    found = await house.limen.core.database.reading(lambda read: store.last_changes(read.connection, "gw1"))
    return next(one.state for one in found if one.id == change.id)


def opened(house: House, name: str, firewall: str = "gw1") -> Opened:
    until = house.clock.now() + MINUTE
    one, other = int(ip_address("10.10.0.7")), int(ip_address("10.20.0.5"))
    box = Box(4, (one, one), (other, other), (6, 6), (22, 22))
    return Opened(name, firewall, "openings4", ("10.10.0.7", 22), until, box)


async def test_a_token_is_good_once_and_for_a_day(harbor: House) -> None:
    first = await token(harbor)
    await of(harbor).enrol(first, HERE)
    late = await token(harbor)
    harbor.clock.forward(DAY)
    for wrong in (first, late, "", "x" * 5_000):
        with pytest.raises(FollowerRefusedError):
            await of(harbor).enrol(wrong, HERE)
    assert [one.name for one in of(harbor).followers.firewalls.values()] == ["gw1"]
    assert harbor.events("network.firewall_refused")


async def test_a_change_is_told_with_its_rules_once(harbor: House) -> None:
    secret, first = await enrolled(harbor)
    assert (first["ruleset"], first["change"], first["openings"]) == ("", None, [])
    waiting = asyncio.create_task(of(harbor).ask(secret, Asks(first["number"]), HERE))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    change = await send(harbor)
    told = await asyncio.wait_for(waiting, 60)
    assert told is not None
    assert dict(told.rulesets) == {change.digest: RULES}
    assert json.loads(told.state.text)["change"] == {"id": change.id, "digest": change.digest, "needs": "confirmation"}
    again, _ = await ask(harbor, secret, None, change.digest)
    assert not again.rulesets


async def test_a_change_is_confirmed_by_a_person_when_it_is_on_trial(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    change = await send(harbor)
    with pytest.raises(LimenError):
        await decide(harbor, CONFIRMED)
    await ask(harbor, secret, Went(change.id, CONFIRMED))  # a firewall does not confirm by itself
    assert await state_of(harbor, change) == "waiting"
    await ask(harbor, secret, Went(change.id, TRIAL))
    assert await state_of(harbor, change) == TRIAL
    await decide(harbor, CONFIRMED)
    _, state = await ask(harbor, secret)
    assert (state["ruleset"], state["change"]) == (change.digest, None)
    await ask(harbor, secret, Went(change.id, UNDONE))  # too late
    assert await state_of(harbor, change) == CONFIRMED
    with pytest.raises(LimenError):
        await decide(harbor, UNDONE)


async def test_a_change_by_the_firewalls_own_check_is_confirmed_by_it(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    change = await send(harbor, needs="reach")
    _, state = await ask(harbor, secret, Went(change.id, CONFIRMED))
    assert (state["ruleset"], await state_of(harbor, change)) == (change.digest, CONFIRMED)


@pytest.mark.parametrize(("how", "kind"), [(UNDONE, "network.change_undone"), (REFUSED, "network.change_refused")])
async def test_a_change_that_did_not_come_about_is_journaled_with_why(harbor: House, how: str, kind: str) -> None:
    secret, _ = await enrolled(harbor)
    change = await send(harbor)
    _, state = await ask(harbor, secret, Went(change.id, how, "cut \x1b[31mada"))
    assert (state["change"], await state_of(harbor, change)) == (None, how)
    (event,) = harbor.events(kind)
    assert "\x1b" not in str(event.details["why"])


async def test_of_two_changes_the_later_counts(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    first, second = await send(harbor), await send(harbor, '{"nftables": [1]}')
    assert await state_of(harbor, first) == UNDONE
    _, state = await ask(harbor, secret, Went(first.id, TRIAL))
    assert state["change"]["id"] == second.id


async def test_another_firewall_is_told_nothing_of_it(harbor: House) -> None:
    await enrolled(harbor)
    other, _ = await enrolled(harbor, "gw2")
    change = await send(harbor)
    of(harbor).followers.open(opened(harbor, "o1"))
    told, state = await ask(harbor, other, Went(change.id, REFUSED))
    assert (state["change"], state["openings"], dict(told.rulesets)) == (None, [], {})
    assert await state_of(harbor, change) == "waiting"


async def test_what_is_open_ends_with_its_time_and_when_it_is_closed(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    followers = of(harbor).followers
    followers.open(opened(harbor, "o1"), opened(harbor, "o2"))
    followers.close("o1", "o9")
    _, state = await ask(harbor, secret)
    assert [(one["id"], one["value"]) for one in state["openings"]] == [("o2", ["10.10.0.7", 22])]
    harbor.clock.forward(MINUTE)
    followers.change()
    _, state = await ask(harbor, secret)
    assert state["openings"] == []
    followers.forget(harbor.clock.now())
    with pytest.raises(ValueError, match="more"):
        followers.open(*(opened(harbor, f"o{number}") for number in range(20_001)))


async def test_a_firewall_that_is_removed_or_enrols_anew_is_told_nothing(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    change = await send(harbor)
    fresh, state = await enrolled(harbor)
    assert (state["ruleset"], state["change"], await state_of(harbor, change)) == ("", None, UNDONE)
    with pytest.raises(FollowerRefusedError):
        await of(harbor).ask(secret, Asks(0), HERE)
    await of(harbor).remove("gw1", by="")
    with pytest.raises(FollowerRefusedError):
        await of(harbor).ask(fresh, Asks(0), HERE)
    with pytest.raises(LimenError):
        await of(harbor).remove("gw1", by="")
    with pytest.raises(LimenError):
        await send(harbor)


async def test_a_firewall_that_is_ahead_or_astray_is_journaled(harbor: House) -> None:
    secret, state = await enrolled(harbor)
    told = await asyncio.wait_for(of(harbor).ask(secret, Asks(state["number"] + DAY, clock=-90), HERE), 60)
    assert told is not None
    assert told.state.number > state["number"] + DAY
    assert {event.details["why"] for event in harbor.events("network.firewall_unsound")} == {"ahead", "clock"}


async def test_rules_that_nothing_names_are_forgotten(harbor: House) -> None:
    await enrolled(harbor)
    change = await send(harbor)
    await decide(harbor, UNDONE)
    core = harbor.limen.core
    for later, text in ((0, RULES), (31 * DAY, "")):
        harbor.clock.forward(later)
        await of(harbor).keep_up()
        assert await core.database.reading(lambda read: store.ruleset(read.connection, change.digest)) == text
