"""Whom a probe makes: let in by the policies in force, with as little as they ask for, and in no group with a role."""

from __future__ import annotations

import pytest
from tests.web.conftest import House

from limen.facts import LIMEN
from limen.probes.model import CouldNotRunError
from limen.probes.synthetic_person import choose, somebody


async def test_it_is_let_in_by_cookie_and_by_token_and_shows_no_secret(house: House) -> None:
    async with somebody(house.limen.core, has_token=True) as held:
        assert held.ask_with_cookie().permitted
        assert held.ask_with_token().permitted
        assert held.ask_portal().permitted
        assert held.cookie.decode() not in repr(held)
        assert held.token.decode() not in repr(held)


async def test_the_device_is_that_of_its_session(house: House) -> None:
    async with somebody(house.limen.core, has_device=True) as held:
        facts = held.ask_with_cookie().facts
        assert held.device is not None
        assert facts is not None
        assert (facts.device.id, facts.device.known) == (held.device.id, True)


def test_it_asks_for_the_least_sensitive_app_and_is_in_no_group_with_a_role(house: House) -> None:
    chosen = choose(house.limen.core)
    apps = [one for one in house.limen.known.apps.values() if one.host and one.upstream.url and one.id != LIMEN]
    assert chosen.app.label <= min(one.label for one in apps) + 1
    assert chosen.groups.isdisjoint({"administrators", "helpdesk", "auditors", "break-glass"})


def test_where_nothing_opens_nothing_is_tried(house: House) -> None:
    known = house.limen.known
    known.set_company([known.apps[LIMEN]], known.groups.values(), known.networks)
    with pytest.raises(CouldNotRunError):
        choose(house.limen.core)
