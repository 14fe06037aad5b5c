from __future__ import annotations

import secrets

import pytest

from limen.clock import SetClock
from limen.errors import LimenError
from limen.identity.people_import import Invite
from limen.storage.kept_briefly import KeptBriefly
from limen.web.console.brought_lists import LIVES, BroughtList, BroughtLists

LIST = BroughtList(b"Name;E-Mail", remove_missing=True, may_protected=False, invite=Invite.BY_MAIL, digest="d")


async def test_a_list_is_theirs_who_brought_it_at_every_worker_and_taken_once() -> None:
    kept = KeptBriefly.in_memory(SetClock(0))
    here, there = BroughtLists(kept), BroughtLists(kept)
    list_id = await here.keep(LIST, "ada")
    assert await there.of(list_id, "ada") == LIST
    assert [await there.of(*wrong) for wrong in ((list_id, "ben"), ("", "ada"), ("x", "ada"))] == [None] * 3
    assert await here.keep(LIST, "ada", list_id) == list_id
    assert [await one.take(list_id) for one in (there, here)] == [True, False]
    assert await here.of(list_id, "ada") is None


async def test_the_last_list_of_somebody_stays_for_half_an_hour() -> None:
    clock = SetClock(0)
    lists = BroughtLists(KeptBriefly.in_memory(clock))
    first, last = await lists.keep(LIST, "ada"), await lists.keep(LIST, "ada")
    assert [await lists.of(one, "ada") for one in (first, last)] == [None, LIST]
    clock.forward(LIVES)
    assert await lists.of(last, "ada") is None


async def test_what_is_too_large_to_be_kept_is_refused() -> None:
    noise = secrets.token_bytes(4_100_000)
    with pytest.raises(LimenError):
        await BroughtLists(KeptBriefly.in_memory(SetClock(0))).keep(
            BroughtList(noise, remove_missing=False, may_protected=False, invite=Invite.LATER), "ada"
        )
