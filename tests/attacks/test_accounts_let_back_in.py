"""Somebody is let back in at a slow app and leaves again meanwhile: nobody calls that proved, and the app ends off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from tests.scim_app import Answer, Asked
from tests.sso.provisioning.at_wiki import AtWiki
from tests.sso.provisioning.conftest import there, wiki

from limen.clock import HOUR, MINUTE, SECOND
from limen.identity.membership import Membership
from limen.pillar import Provisioned
from limen.sso.provisioning import store
from limen.sso.provisioning.model import NEVER, State

__all__ = ["there", "wiki"]
pytestmark = pytest.mark.slow
Word = Callable[[AtWiki, str], Awaitable[object]]


@dataclass
class Slow:
    """The wiki does not answer a change until it is released."""

    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None

    def __call__(self, asked: Asked) -> Answer | None:
        if asked.method == "PATCH":
            self.asked.set()
            self.released.wait(30)
            return self.answer
        return None


async def deactivate(wiki: AtWiki, person: str) -> None:
    await wiki.house.limen.identity.people.deactivate(person, by="")


async def reactivate(wiki: AtWiki, person: str) -> None:
    await wiki.house.limen.identity.people.reactivate(person, by="")


async def suspend(wiki: AtWiki, person: str) -> None:
    core = wiki.house.limen.core
    await core.write(lambda t: Membership(t, core.clock.now(), "").suspend(person, "test"))


async def resume(wiki: AtWiki, person: str) -> None:
    core = wiki.house.limen.core
    await core.write(lambda t: Membership(t, core.clock.now(), "").resume(person, "test"))


async def move_out(wiki: AtWiki, person: str) -> None:
    await wiki.into(person, "contractors")


async def move_back(wiki: AtWiki, person: str) -> None:
    await wiki.into(person, "staff")


async def erase(wiki: AtWiki, person: str) -> None:
    core = wiki.house.limen.core
    await core.database.writing(lambda t: store.erase(t.connection, person, core.clock.now()))
    core.known.people.drop(person)


async def off_and_being_let_back_in(wiki: AtWiki, out: Word, back: Word) -> tuple[str, Slow]:
    """Oscar, whose account was off, and the wiki that is just asked to have it on."""
    oscar, slow = await wiki.person("oscar"), Slow()
    await wiki.sent()
    await out(wiki, oscar)
    await wiki.sent(SECOND)
    assert wiki.active() == set()
    wiki.there.faults.append(slow)
    await back(wiki, oscar)
    await wiki.delivery.keep()
    assert await asyncio.to_thread(slow.asked.wait, 30)
    return oscar, slow


def told(wiki: AtWiki, person: str) -> list[tuple[bool, bool]]:
    """Whether the report of a departure takes each account to be on, and to be proved to be off."""
    core = wiki.house.limen.core
    found = core.database.read(lambda s: core.offers.take(Provisioned).of(s, person))
    return [(one.is_on, one.off_at > 0) for one in found]


@pytest.mark.parametrize(
    ("out", "back"), [(deactivate, reactivate), (suspend, resume), (move_out, move_back)], ids=["end", "pause", "move"]
)
async def test_who_leaves_again_meanwhile_is_off_in_the_end(wiki: AtWiki, out: Word, back: Word) -> None:
    oscar, slow = await off_and_being_let_back_in(wiki, out, back)
    await out(wiki, oscar)
    assert told(wiki, oscar) == [(True, False)]
    await wiki.delivery.keep()
    slow.released.set()
    await wiki.sent(SECOND)
    await wiki.sent(SECOND)
    assert wiki.active() == set()
    assert told(wiki, oscar) == [(False, True)]
    (held,) = wiki.accounts().values()
    assert (held.state, held.due_at) == (State.INACTIVE, NEVER)


async def test_who_is_erased_meanwhile_is_off_in_the_end_and_forgotten(wiki: AtWiki) -> None:
    oscar, slow = await off_and_being_let_back_in(wiki, deactivate, reactivate)
    await erase(wiki, oscar)
    (held,) = wiki.accounts().values()
    assert (held.is_nobodys, held.user_name, held.state) == (True, "", State.LEAVING)
    slow.released.set()
    await wiki.sent(SECOND)
    await wiki.sent(SECOND)
    assert (wiki.active(), wiki.accounts()) == (set(), {})


async def test_who_is_let_back_in_after_a_failure_is_on_and_said_so_once(wiki: AtWiki) -> None:
    oscar, slow = await off_and_being_let_back_in(wiki, deactivate, reactivate)
    slow.answer = Answer(503)
    slow.released.set()
    await wiki.delivery.settled()
    assert told(wiki, oscar) == [(True, False)]
    wiki.there.faults.clear()
    await wiki.sent(HOUR)
    assert (wiki.active(), wiki.said("created", "reactivated")) == (
        {"oscar"},
        [("created", oscar), ("reactivated", oscar)],
    )


async def test_what_is_on_though_nobody_is_to_have_it_is_taken_when_the_app_is_compared(wiki: AtWiki) -> None:
    oscar = await wiki.person("oscar")
    await wiki.sent()
    await deactivate(wiki, oscar)
    await wiki.sent()
    wiki.there.users["oscar@harbor.example"].active = True
    core, here = wiki.house.limen.core, store.provisioned_accounts
    core.database.write(lambda t: t.connection.execute(here.update().values(state=State.ACTIVE.value, due_at=NEVER)))
    await wiki.sent(MINUTE)
    assert wiki.active() == {"oscar"}
    await wiki.compared()
    await wiki.sent(MINUTE)
    assert wiki.active() == set()
