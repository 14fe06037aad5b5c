"""Each change is taken over once, into the streams that are entitled to it."""

from __future__ import annotations

import pytest
from tests.sso.shared_signals.at_receivers import RISC, AtReceivers

from limen.clock import MINUTE
from limen.sso.shared_signals import fan_out, outbox_store


async def test_nothing_is_noted_while_there_is_nobody_to_tell(signals: AtReceivers) -> None:
    await signals.let_go(await signals.person("oscar"))
    core = signals.house.limen.core
    assert not core.database.read(lambda s: outbox_store.is_anything_noted(s.connection))


async def test_each_stream_is_told_of_its_own_people(signals: AtReceivers) -> None:
    _, everyone = await signals.pushed(events_requested=[f"{RISC}account-disabled"])
    _, staff = await signals.polled(events_requested=[f"{RISC}account-disabled"])
    oscar, nora = await signals.person("oscar"), await signals.person("nora", "contractors")
    signals.there.always = (503, {}, b"")
    await signals.let_go(oscar)
    await signals.let_go(nora)
    await signals.told()
    assert [one.person_id for one in signals.due(everyone)] == [oscar, nora]
    assert [one.person_id for one in signals.due(staff)] == [oscar]


async def test_a_mover_out_of_many_groups_is_told_to_who_hears_of_the_last(signals: AtReceivers) -> None:
    """The event in the journal names only the first of them."""
    _, stream = await signals.polled()
    many = [f"customer-portal-region-{number:02d}-readers" for number in range(20)]
    oscar = await signals.person("oscar", "staff", *many)
    await signals.into(oscar, "contractors")
    (event,) = signals.house.limen.journal.recent(1, lambda one: one.details.get("change") == "groups")
    assert "staff" not in str(event.details["left"])
    await signals.told()
    assert [one.person_id for one in signals.due(stream)] == [oscar]


async def test_the_end_of_all_sessions_is_told_of_each_person_before_what_follows(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, stream = await signals.polled()
    oscar, ida = await signals.person("oscar"), await signals.person("ida")
    await signals.person("nora", "contractors")
    monkeypatch.setattr(fan_out, "AT_ONCE", 2)  # in parts
    await signals.house.limen.identity.sessions.panic(by="")
    await signals.let_go(oscar)
    await signals.told()
    (first, second, *after) = [one.person_id for one in signals.due(stream)]
    assert ({first, second}, after) == ({oscar, ida}, [oscar, oscar])


async def test_whoever_is_erased_is_told_of_once_more(signals: AtReceivers) -> None:
    from limen.privacy.erase import erase_person

    _, stream = await signals.pushed(events_requested=[f"{RISC}account-purged", f"{RISC}account-disabled"])
    signals.there.always = (503, {}, b"")
    oscar = await signals.person("oscar")
    await signals.let_go(oscar)
    core = signals.house.limen.core
    await core.write(lambda t: erase_person(t, oscar, core.clock.now(), by="pe_ada", why="Asked for it"))
    await signals.told()
    assert [one.person_id for one in signals.due(stream)] == ["", ""]
    signals.there.always = None
    await signals.told(MINUTE)
    assert signals.there.events() == ["account-disabled", "account-purged"]
    assert {one["sub_id"]["sub"] for one in signals.there.tokens} == {oscar}
