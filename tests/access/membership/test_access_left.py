"""Somebody is in a group until the directory has taken them out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from tests.access.membership.test_store import ONE
from tests.storage.conftest import database

from limen.access.membership import store
from limen.access.membership.access_left import group_memberships
from limen.access.membership.store import State
from limen.pillar import Standing
from limen.storage import Database

__all__ = ["database"]


async def test_members_are_open_and_a_directory_that_fails_is_away(database: Database) -> None:
    ask = group_memberships(cast("Any", SimpleNamespace(database=database))).ask
    states = (State.MEMBER, State.REMOVING, State.WAITING, State.STANDING)
    several = [replace(ONE, id=f"dm_{state}", group=state.value, state=state) for state in states]
    for one in several:
        database.write(lambda t, one=one: store.begin(t.connection, one))  # type: ignore[misc]
    assert await ask("p_oscar", 0) == Standing(open=2)
    assert await ask("p_ada", 0) == Standing()
    failing = replace(several[1], failures=3, error="it is away")
    database.write(lambda t: store.keep(t.connection, failing))
    assert await ask("p_oscar", 0) == Standing(open=1, away=("office",))
    for one in several[:2]:
        database.write(lambda t, one=one: store.drop(t.connection, one))  # type: ignore[misc]
    assert await ask("p_oscar", 0) == Standing()
